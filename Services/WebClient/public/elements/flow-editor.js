// The graphical editor of one flow: palette, canvas, and a panel for the node, the flow, trials and versions.
import { h, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { addNode, connect, removeNode } from "../flows/document.js";
import { pasted } from "../flows/clipboard.js";
import { nodeWidth } from "../flows/layout.js";
import { FlowWork } from "../flows/work.js";
import { failureText } from "./failure.js";
import { FlowCanvas } from "./flow-canvas.js";
import { FlowOutline } from "./flow-outline.js";
import { FlowPalette } from "./flow-palette.js";
import { FlowPanel } from "./flow-panel.js";
import { FlowProblems } from "./flow-problems.js";
import { FlowToolbar } from "./flow-toolbar.js";
import { Part } from "./part.js";

let copied = null;

/** Keeps its work over a change of language; saves what is left when one goes elsewhere. */
class FlowEditor extends Part {
  #work = null;
  #stop = null;
  #leaving = (event) => {
    const { document, saved } = this.#work.state;
    if (document !== saved) event.preventDefault();
  };

  connectedCallback() {
    this.#work ??= new FlowWork(this.dataset.flow);
    this.#stop = this.#work.store.watch((state) => this.#show(state));
    this.addEventListener("keydown", (event) => this.#pressed(event));
    window.addEventListener("beforeunload", this.#leaving);
    super.connectedCallback();
    if (!this.#work.state.document) this.#open();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#stop?.();
    window.removeEventListener("beforeunload", this.#leaving);
    this.#work.close();
  }

  async #open() {
    try {
      await this.#work.open();
      if (this.#work.state.published) this.#work.loadCounts().catch(() => {});
    } catch (error) {
      setText(this.waiting, error.status === 404 ? t("flows.noSuchFlow", { flow: this.dataset.flow }) : failureText(error));
    }
  }

  build() {
    const work = this.#work;
    this.waiting = h("p", { class: "empty-line muted", role: "status" }, t("manage.loading"));
    this.canvas = new FlowCanvas(work, {
      edit: () => this.panel.focusNode(),
      remove: (name) => this.#remove(name),
      copy: (name) => (copied = { name, node: work.state.document.nodes[name] }),
      paste: () => copied && this.#select(pasted(work.kinds, work.state.document, copied, this.canvas.middle())),
      addFor: (from, point) => this.palette.choose((kind) => this.#add(kind, { x: point.x, y: point.y - 25 }, from)),
    });
    this.outline = new FlowOutline(work, (name) => work.store.send({ type: "selected", name }));
    this.palette = new FlowPalette(work, {
      add: (kind) => this.#addBehind(kind),
      dropped: (kind, event) => this.#dropped(kind, event),
    });
    this.panel = new FlowPanel(work);
    this.problems = new FlowProblems(work, (name) => this.#go(name));
    this.toolbar = new FlowToolbar(work, this);
    this.stage = h("div", { class: "flow-stage" }, this.canvas.element, this.outline.element, this.problems.element);
    this.whole = h("div", { class: "flow-work", hidden: true }, this.palette.element, this.stage, this.panel.element);
    queueMicrotask(() => work.state.document && this.#show(work.state));
    return [this.toolbar.element, this.waiting, this.whole];
  }

  #show(state) {
    if (!state.document) return;
    this.waiting.hidden = true;
    this.whole.hidden = false;
    for (const part of [this.palette, this.toolbar, this.canvas, this.outline, this.panel, this.problems]) part.show(state);
  }

  /** Shows the table instead of the canvas, or the canvas again. */
  toggleOutline() {
    this.outline.element.hidden = !this.outline.element.hidden;
    this.canvas.element.hidden = !this.outline.element.hidden;
    this.#show(this.#work.state);
    return !this.outline.element.hidden;
  }

  /** Places all nodes anew. */
  arrange() {
    const { layout, ...flow } = this.#work.state.document;
    if (layout) this.#work.edit(flow);
    this.canvas.fit();
  }

  #go(name) {
    this.#work.store.send({ type: "selected", name });
    if (name !== null) this.canvas.reveal(name);
  }

  #select({ flow, name }) {
    this.#work.edit(flow, { select: name });
    requestAnimationFrame(() => this.canvas.reveal(name));
  }

  /** Behind the selected node, if one of its ways leads nowhere yet. */
  #addBehind(kind) {
    const { selected, document } = this.#work.state;
    const way = selected === null ? null : this.canvas.openWay(selected);
    const at = way && this.canvas.places[selected];
    this.#add(kind, at ? { x: at.x + nodeWidth + 72, y: at.y } : this.canvas.middle(), way && { name: selected, way }, Boolean(document.layout));
  }

  #add(kind, point, from, isPlaced = true) {
    const { document } = this.#work.state;
    const position = isPlaced && (document.layout || !from) ? point : null;
    const added = addNode(this.#work.kinds, position ? this.canvas.withPlaces(document) : document, kind, position);
    this.#select({ ...added, flow: from ? connect(added.flow, from.name, from.way, added.name) : added.flow });
  }

  #dropped(kind, event) {
    const under = document.elementFromPoint(event.clientX, event.clientY);
    if (!under?.closest(".flow-canvas")) return;
    const { x, y } = this.canvas.pointOf(event);
    this.#add(kind, { x: x - nodeWidth / 2, y: y - 25 }, null);
  }

  #remove(name) {
    this.#work.edit(removeNode(this.#work.kinds, this.#work.state.document, name));
  }

  #pressed(event) {
    if (!(event.ctrlKey || event.metaKey) || event.isComposing || event.target.closest("input, textarea")) return;
    const key = event.key.toLowerCase();
    if (key === "z") this.#work.store.send({ type: event.shiftKey ? "redo" : "undo" });
    else if (key === "y") this.#work.store.send({ type: "redo" });
    else if (key === "s") this.#work.save();
    else return;
    event.preventDefault();
  }
}

customElements.define("flow-editor", FlowEditor);
