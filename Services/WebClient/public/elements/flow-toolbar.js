// The line above the canvas: where one is, whether it is saved, and what can be done with the whole flow.
import { h, icon, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { isSame } from "../flows/document.js";
import { addressOf } from "../manage/screens.js";
import { ask } from "./dialog.js";
import { differenceView } from "./flow-difference.js";

const savings = { clean: "saving.clean", waiting: "saving.waiting", running: "saving.running", failed: "saving.failed", conflict: "saving.conflict" };

/** `editor` is the element: its canvas is zoomed, its table shown. */
export class FlowToolbar {
  #work;
  #editor;
  #seesCounts = false;

  constructor(work, editor) {
    this.#work = work;
    this.#editor = editor;
    this.name = h("h1", { class: "flow-name" });
    this.version = h("span", { class: "badge" });
    this.saving = h("span", { class: "saving", role: "status" });
    this.settle = h("span", { class: "settle", hidden: true },
      tool("refresh", t("saving.takeTheirs"), () => work.open(), null, t("saving.takeTheirs")),
      tool("keep", t("saving.keepMine"), () => work.keepMine(), null, t("saving.keepMine")));
    this.undo = tool("undo", t("flows.undo"), () => work.store.send({ type: "undo" }), "undo");
    this.redo = tool("redo", t("flows.redo"), () => work.store.send({ type: "redo" }), "redo");
    this.outline = tool("outline", t("flows.outline"), () => this.outline.setAttribute("aria-pressed", String(editor.toggleOutline())), "list");
    this.counts = tool("counts", t("flows.counts"), () => this.#toggleCounts(), null, t("flows.counts"));
    this.discard = tool("discard", t("flows.discard"), () => this.#discard(), null, t("flows.discard"));
    this.publish = h("button", { type: "button", class: "primary", "data-command": "publish", onclick: () => this.#publish() }, t("flows.publish"));
    this.element = h("header", { class: "flow-toolbar" },
      h("a", { class: "button quiet icon-only", href: addressOf("flows"), "aria-label": t("screen.flows"), title: t("screen.flows") }, icon("back")),
      this.name, this.version, this.saving, this.settle, h("span", { class: "spring" }),
      this.undo, this.redo, h("span", { class: "divider" }),
      tool("zoomOut", t("flows.zoomOut"), () => editor.canvas.zoom(1 / 1.25), null, "−"),
      tool("zoomIn", t("flows.zoomIn"), () => editor.canvas.zoom(1.25), null, "+"),
      tool("fit", t("flows.fit"), () => editor.canvas.fit(), null, t("flows.fit")),
      tool("arrange", t("flows.arrange"), () => editor.arrange(), null, t("flows.arrange")),
      h("span", { class: "divider" }), this.outline, this.counts, this.discard, this.publish);
  }

  show(state) {
    setText(this.name, state.document.name || state.flowID);
    this.name.title = state.flowID;
    setText(this.version, state.published ? t("versions.number", { version: state.published.version }) : t("flows.notPublished"));
    setText(this.saving, state.saving === "clean" ? t(state.revision > 0 ? "saving.clean" : "saving.published") : t(savings[state.saving]));
    this.saving.dataset.saving = state.saving;
    this.saving.title = state.notice ?? "";
    this.settle.hidden = state.saving !== "conflict";
    this.undo.disabled = state.past.length === 0;
    this.redo.disabled = state.future.length === 0;
    const isChanged = !state.published || !isSame(state.published.flow, state.document);
    this.publish.disabled = !isChanged || state.problems.length > 0 || state.saving === "conflict";
    this.publish.title = state.problems.length > 0 ? t("flows.repairFirst") : isChanged ? "" : t("difference.none");
    this.discard.hidden = state.revision === 0;
    this.counts.disabled = !state.published;
    this.counts.setAttribute("aria-pressed", String(this.#seesCounts));
    this.#editor.classList.toggle("sees-counts", this.#seesCounts);
  }

  #publish() {
    const { published, document } = this.#work.state;
    return ask({
      title: t("flows.publishTitle"), submit: t("flows.publish"), isWide: true,
      body: [h("p", {}, t("flows.publishBody")), differenceView(published?.flow ?? null, document)],
      act: () => this.#work.publish(),
    });
  }

  /** One that was never published is gone with its draft. */
  #discard() {
    const words = this.#work.state.published ? t("flows.discardBody") : t("flows.discardAllBody");
    return ask({
      title: t("flows.discardTitle"), body: h("p", {}, words), submit: t("flows.discard"), isDangerous: true,
      act: async () => {
        if (!(await this.#work.discard())) location.hash = addressOf("flows");
      },
    });
  }

  async #toggleCounts() {
    this.#seesCounts = !this.#seesCounts;
    if (this.#seesCounts) await this.#work.loadCounts().catch(() => {});
    this.show(this.#work.state);
  }
}

function tool(id, words, act, picture, text) {
  return h("button", { type: "button", class: text ? "quiet tool" : "quiet tool icon-only", "data-tool": id, "aria-label": words, title: words, onclick: act },
    picture ? icon(picture) : text);
}
