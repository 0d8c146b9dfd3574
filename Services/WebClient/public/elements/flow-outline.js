// The same flow as a table: what a screen reader reads, and what a printer prints.
import { h } from "../core/dom.js";
import { t } from "../core/texts.js";
import { problemsOf, trialPath } from "../flows/editor.js";
import { waysOf } from "../flows/kinds.js";
import { arrange } from "../flows/layout.js";
import { kindLabel, summaryOf, wayLabel } from "../flows/labels.js";
import { problemText } from "../flows/problems.js";

/** Instead of the canvas. */
export class FlowOutline {
  #work;
  #choose;
  #shown = null;

  constructor(work, choose) {
    this.#work = work;
    this.#choose = choose;
    this.body = h("tbody");
    const columns = ["flows.node", "flows.kind", "flows.does", "flows.ways", "flows.problems"];
    this.element = h("div", { class: "table-frame flow-outline", tabindex: "0", role: "region", "aria-label": t("flows.outline"), hidden: true },
      h("table", {}, h("thead", {}, h("tr", {}, columns.map((key) => h("th", { scope: "col" }, t(key))))), this.body));
  }

  show(state) {
    if (this.element.hidden) return;
    const content = [state.document, state.problems, state.selected, state.trial, state.counts];
    if (this.#shown?.every((one, index) => one === content[index])) return;
    this.#shown = content;
    const path = trialPath(state.trial);
    const at = document.activeElement?.closest?.("tr")?.dataset.row;
    this.body.replaceChildren(...inOrder(this.#work.kinds, state.document).map((name) => this.#row(state, path, name, state.document.nodes[name])));
    if (at) this.body.querySelector(`tr[data-row="${CSS.escape(at)}"] button`)?.focus();
  }

  #row(state, path, name, node) {
    const counts = state.counts?.nodes.find((one) => one.node === name);
    const ways = waysOf(this.#work.kinds, node).filter((way) => way.to !== null);
    return h("tr", { "data-row": name, "aria-current": state.selected === name ? "true" : null, class: path.nodes.has(name) ? "is-visited" : "" },
      h("th", { scope: "row" }, h("button", { type: "button", class: "quiet", onclick: () => this.#choose(name) }, name),
        state.document.start === name && h("span", { class: "badge start" }, t("flows.begin")),
        counts && h("span", { class: "badge count" }, String(counts.entered))),
      h("td", {}, kindLabel(node?.type)),
      h("td", { class: "outline-summary" }, summaryOf(node)),
      h("td", {}, h("ul", { class: "outline-ways" }, ways.map((way) => h("li", {}, `${wayLabel(way)} → `,
        h("button", { type: "button", class: "link", onclick: () => this.#choose(way.to) }, way.to))))),
      h("td", { class: "outline-problems" }, problemsOf(state, name).map((problem) => h("div", {}, problemText(problem)))));
  }
}

/** As callers meet them: from left to right as a layout would place them, from above. */
function inOrder(kinds, flow) {
  const places = arrange(kinds, flow);
  return Object.keys(flow.nodes).sort((left, right) => places[left].x - places[right].x || places[left].y - places[right].y);
}
