// The kinds of nodes: pressed, one is added behind the selected node; dragged, where it is dropped.
import { h, icon } from "../core/dom.js";
import { t } from "../core/texts.js";
import { kindLabel, kindPurpose } from "../flows/labels.js";
import { ask } from "./dialog.js";
import { iconOf } from "./flow-card.js";

/** `actions` is `{ add(kind), dropped(kind, event) }`. */
export class FlowPalette {
  #work;
  #actions;
  #isBuilt = false;

  constructor(work, actions) {
    this.#work = work;
    this.#actions = actions;
    this.element = h("div", { class: "flow-palette", role: "toolbar", "aria-label": t("flows.palette"), "aria-orientation": "vertical" });
  }

  show() {
    if (this.#isBuilt) return;
    this.#isBuilt = true;
    this.element.replaceChildren(...[...this.#work.kinds.keys()].map((kind) => this.#button(kind)));
  }

  #button(kind) {
    return h("button", {
      type: "button", class: "palette-kind", "data-add": kind, title: kindPurpose(kind), onpointerdown: (event) => this.#drag(event, kind),
      onclick: (event) => event.detail === 0 && this.#actions.add(kind),
    }, h("span", { class: "node-mark", "data-kind": kind }, icon(iconOf(kind))), kindLabel(kind));
  }

  #drag(first, kind) {
    if (first.button !== 0) return;
    const ghost = h("div", { class: "palette-ghost" }, h("span", { class: "node-mark", "data-kind": kind }, icon(iconOf(kind))), kindLabel(kind));
    const ends = new AbortController();
    let isMoving = false;
    window.addEventListener("pointermove", (event) => {
      isMoving ||= Math.abs(event.clientX - first.clientX) + Math.abs(event.clientY - first.clientY) > 6;
      if (!isMoving) return;
      if (!ghost.isConnected) document.body.append(ghost);
      ghost.style.transform = `translate(${event.clientX + 8}px, ${event.clientY + 8}px)`;
    }, { signal: ends.signal });
    window.addEventListener("pointerup", (event) => {
      ends.abort();
      ghost.remove();
      if (isMoving) this.#actions.dropped(kind, event);
      else this.#actions.add(kind);
    }, { signal: ends.signal });
    window.addEventListener("pointercancel", () => (ends.abort(), ghost.remove()), { signal: ends.signal });
  }

  /** Asks for a kind: a way was drawn to where nothing is yet. */
  choose(take) {
    let chosen = null;
    const choices = [...this.#work.kinds.keys()].map((kind, index) => h("button", {
      type: "button", class: "palette-kind", "data-choose": kind, "data-first-focus": index === 0,
      onclick: (event) => {
        chosen = kind;
        event.target.closest("dialog").close();
      },
    }, h("span", { class: "node-mark", "data-kind": kind }, icon(iconOf(kind))), kindLabel(kind)));
    ask({ title: t("flows.chooseKind"), body: h("div", { class: "kind-grid" }, choices) }).then(() => chosen && take(chosen));
  }
}
