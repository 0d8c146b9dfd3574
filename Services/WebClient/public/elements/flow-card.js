// One node on the canvas: its head, and a row with a port for each way out.
import { h, hasIcon, icon, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { waysOf } from "../flows/kinds.js";
import { kindLabel, summaryOf, wayLabel } from "../flows/labels.js";
import { problemText } from "../flows/problems.js";

/** Drawn again only when something of it has changed. */
export class FlowCard {
  #drawn = null;

  constructor(name) {
    this.name = name;
    this.title = h("span", { class: "node-name" }, name);
    this.kind = h("span", { class: "node-kind" });
    this.mark = h("span", { class: "node-mark" });
    this.summary = h("div", { class: "node-summary" });
    this.badges = h("span", { class: "node-badges" });
    this.figures = h("span", { class: "node-badges" });
    this.ways = h("div", { class: "node-ways" });
    this.element = h("div", { class: "node", role: "option", tabindex: "-1", "data-node": name, id: `node-${name}` },
      h("div", { class: "node-head" }, this.mark, this.title, this.badges, this.kind),
      h("div", { class: "node-line" }, this.summary, this.figures), this.ways);
  }

  moveTo({ x, y }) {
    this.element.style.transform = `translate(${x}px, ${y}px)`;
  }

  /** `view` is `{ node, isStart, isSelected, problems, turns, passed, counts }`. */
  show(kinds, view) {
    this.element.classList.toggle("is-selected", view.isSelected);
    this.element.setAttribute("aria-selected", String(view.isSelected));
    this.element.tabIndex = view.isEntry ? 0 : -1;
    const content = JSON.stringify([view.node, view.isStart, view.problems, view.turns, [...view.passed], view.counts]);
    if (content === this.#drawn) return;
    this.#drawn = content;
    const { type } = view.node ?? {};
    this.element.dataset.kind = type ?? "";
    this.element.classList.toggle("has-problem", view.problems.length > 0);
    this.element.classList.toggle("is-visited", view.turns.length > 0);
    this.mark.replaceChildren(icon(iconOf(type)));
    setText(this.kind, kindLabel(type));
    setText(this.summary, summaryOf(view.node));
    this.summary.title = summaryOf(view.node);
    this.badges.replaceChildren(...badges(view));
    this.figures.replaceChildren(...figures(view));
    this.element.setAttribute("aria-label", spoken(this.name, view));
    this.ways.replaceChildren(...waysOf(kinds, view.node).map((way, index) => row(way, index, view)));
  }
}

export const iconOf = (kind) => ({
  queue: "headset", transfer: "outbound", return: "back", survey: "star", voicemail: "microphone", recognize: "microphone",
  request: "swap", lookup: "search", calledBefore: "answer", callback: "answer", conference: "join",
}[kind] ?? (hasIcon(kind) ? kind : "more"));

/** Which turns of a trial came through, and how many real callers. */
function figures({ turns, counts }) {
  return [
    turns.length > 0 && h("span", { class: "badge turn" }, turns.join(" ")),
    counts && h("span", { class: "badge count", title: t("flows.entered") }, String(counts.entered)),
  ].filter(Boolean);
}

function badges({ isStart, problems }) {
  return [
    isStart && h("span", { class: "badge start" }, t("flows.begin")),
    problems.length > 0 && h("span", { class: "badge wrong", title: problems.map(problemText).join("\n") }, icon("warning"), String(problems.length)),
  ].filter(Boolean);
}

function spoken(name, { node, problems }) {
  return [kindLabel(node?.type), name, problems.length > 0 && t("flows.problemCount", { count: problems.length }), ...problems.map(problemText)]
    .filter(Boolean).join(", ");
}

function row(way, index, { passed, counts }) {
  const count = counts?.exits?.[way.way];
  return h("div", { class: "node-way", "data-passed": String(passed.has(way.way)), "data-unset": String(way.to === null && way.isRequired) },
    h("span", { class: "way-label" }, wayLabel(way)),
    count !== undefined && h("span", { class: "way-count" }, String(count)),
    h("span", { class: way.isOpen ? "port is-open" : "port", "data-port": index, "data-set": String(way.to !== null), title: t("flows.dragToConnect") }));
}
