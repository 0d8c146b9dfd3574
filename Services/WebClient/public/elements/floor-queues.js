// How the queues stand now, for whoever supervises: who waits and how long, who is there, how well today went.
import { clockText, milliseconds } from "../core/clock.js";
import { h, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { Part } from "./part.js";

/** From here on a wait is too long to be overlooked. */
const longWait = 60_000;

const columns = ["floor.queue", "floor.waiting", "floor.longest", "floor.estimate", "floor.ringingNow", "floor.otherWork", "floor.callbacks", "floor.readyAgents", "floor.busyAgents", "floor.pausedAgents", "floor.serviceLevel"];

/** Hidden for whoever supervises nobody. */
class FloorQueues extends Part {
  #rows = new Map();

  build() {
    this.#rows.clear();
    this.body = h("tbody");
    this.empty = h("p", { class: "empty-line muted" }, t("floor.noQueues"));
    return [h("section", { class: "card floor", "aria-label": t("floor.queues") },
      h("header", { class: "card-head" }, h("h2", {}, t("floor.queues"))),
      h("div", { class: "table-frame", tabindex: "0", role: "region", "aria-label": t("floor.queues") },
        h("table", {}, h("thead", {}, h("tr", {}, columns.map((key) => h("th", { scope: "col" }, t(key))))), this.body), this.empty))];
  }

  update({ queues, floor, names }) {
    this.hidden = floor === null || queues === null;
    if (this.hidden) return;
    this.empty.hidden = queues.length > 0;
    this.#rows = new Map(queues.map((one) => [one.queueID, this.#rows.get(one.queueID) ?? new QueueRow(one.queueID)]));
    queues.forEach((one, index) => {
      const row = this.#rows.get(one.queueID);
      row.show(one, names.queues.get(one.queueID) ?? one.queueID);
      if (this.body.children[index] !== row.element) this.body.insertBefore(row.element, this.body.children[index] ?? null);
    });
    while (this.body.children.length > queues.length) this.body.lastElementChild.remove();
  }

  tick(now) {
    for (const row of this.#rows.values()) row.tick(now);
  }
}

/** Built once for a queue, then changed in place. */
class QueueRow {
  constructor(id) {
    this.name = h("span");
    this.alarm = h("span", { class: "badge wrong", role: "status" });
    this.cells = columns.slice(1).map(() => h("td", { class: "figure" }));
    this.element = h("tr", { "data-queue": id }, h("th", { scope: "row" }, this.name, " ", this.alarm), this.cells);
  }

  show(figures, name) {
    this.since = milliseconds(figures.longestSince ?? null);
    setText(this.name, name);
    const values = [
      figures.waiting, null, estimate(figures), figures.offered, figures.work ?? 0, figures.callbacks ?? 0, figures.agentsReady,
      figures.agentsBusy, figures.agentsPaused, level(figures.serviceLevel),
    ];
    values.forEach((value, index) => value !== null && setText(this.cells[index], String(value)));
    const { serviceLevel } = figures;
    this.cells.at(-1).title = serviceLevel ? t("floor.serviceLevelOf", { seconds: serviceLevel.thresholdSeconds, answered: serviceLevel.answered, abandoned: serviceLevel.abandoned }) : "";
    // Callers wait, and nobody is there who could answer.
    const isAlarm = figures.waiting > 0 && figures.agentsReady + figures.agentsBusy === 0;
    this.element.dataset.alarm = isAlarm;
    setText(this.alarm, isAlarm ? t("floor.nobody") : "");
    this.alarm.hidden = !isAlarm;
  }

  tick(now) {
    setText(this.cells[1], this.since === null ? "–" : clockText(now - this.since));
    this.element.dataset.exceeded = this.since !== null && now - this.since > longWait;
  }
}

const estimate = ({ estimatedWaitMicroseconds: wait }) => (wait === null || wait === undefined ? "–" : clockText(wait / 1000));

const level = (figures) => (figures?.level === null || figures?.level === undefined ? "–" : `${Math.round(figures.level * 100)}%`);

customElements.define("floor-queues", FloorQueues);
