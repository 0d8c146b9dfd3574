// What stands at the right of the canvas: the selected node, the flow, trials, versions, the text.
import { h } from "../core/dom.js";
import { t } from "../core/texts.js";
import { FlowJSON } from "./flow-json.js";
import { FlowNodeForm } from "./flow-node-form.js";
import { FlowSettings } from "./flow-settings.js";
import { FlowTrial } from "./flow-trial.js";
import { FlowVersions } from "./flow-versions.js";

const tabs = { node: "panel.node", flow: "panel.flow", trial: "panel.trial", versions: "panel.versions", json: "panel.json" };

/** Tabs; the first shows itself when a node is selected. */
export class FlowPanel {
  #work;
  #selected = null;

  constructor(work) {
    this.#work = work;
    this.node = new FlowNodeForm(work);
    this.parts = { node: this.node, flow: new FlowSettings(work), trial: new FlowTrial(work), versions: new FlowVersions(work), json: new FlowJSON(work) };
    this.open = "node";
    this.buttons = Object.fromEntries(Object.entries(tabs).map(([id, key]) => [id, h("button", {
      type: "button", role: "tab", id: `tab-${id}`, "aria-controls": `panel-${id}`, "data-tab": id, onclick: () => this.show(work.state, id),
    }, t(key))]));
    this.bodies = Object.fromEntries(Object.entries(this.parts).map(([id, part]) => [id, h("div", {
      class: "panel-body", role: "tabpanel", id: `panel-${id}`, "aria-labelledby": `tab-${id}`, tabindex: "-1",
    }, part.element)]));
    this.element = h("aside", { class: "flow-panel", "aria-label": t("flows.panel") },
      h("div", { class: "tabs", role: "tablist", onkeydown: (event) => this.#move(event) }, Object.values(this.buttons)), Object.values(this.bodies));
  }

  show(state, wanted) {
    if (wanted) this.open = wanted;
    else if (state.selected !== this.#selected && state.selected !== null && this.open !== "trial") this.open = "node";
    this.#selected = state.selected;
    for (const [id, body] of Object.entries(this.bodies)) {
      body.hidden = id !== this.open;
      this.buttons[id].setAttribute("aria-selected", String(id === this.open));
      this.buttons[id].tabIndex = id === this.open ? 0 : -1;
      this.parts[id].show(state, id === this.open);
    }
  }

  focusNode() {
    this.show(this.#work.state, "node");
    this.node.focus();
  }

  #move(event) {
    const ids = Object.keys(tabs);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = ids[(ids.indexOf(this.open) + step + ids.length) % ids.length];
    this.show(this.#work.state, next);
    this.buttons[next].focus();
    event.preventDefault();
  }
}
