// The line below the canvas: what keeps the flow from being published, each a way to its node.
import { h, icon, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { problemText } from "../flows/problems.js";

/** Folded by itself when there is nothing wrong. */
export class FlowProblems {
  #go;
  #shown = null;

  constructor(work, go) {
    this.#go = go;
    this.words = h("span", { role: "status" });
    this.mark = h("span", { class: "problem-mark" });
    this.summary = h("summary", {}, this.mark, this.words);
    this.list = h("ul", { class: "problem-list" });
    this.element = h("details", { class: "flow-problems" }, this.summary, this.list);
  }

  show({ problems }) {
    if (problems === this.#shown) return;
    this.#shown = problems;
    this.element.dataset.count = problems.length;
    if (problems.length === 0) this.element.open = false;
    this.mark.replaceChildren(icon(problems.length === 0 ? "done" : "warning"));
    setText(this.words, problems.length === 0 ? t("flows.noProblems") : t("flows.problemCount", { count: problems.length }));
    this.list.replaceChildren(...problems.map((problem) => h("li", {}, problem.node
      ? h("button", { type: "button", class: "link", onclick: () => this.#go(problem.node) }, problem.node) : null, " ", problemText(problem))));
  }
}

