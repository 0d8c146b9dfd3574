// The supervisor's desk (班长席监控台): his agents, what they do, and what can be done about it.
import { clockText, milliseconds } from "../core/clock.js";
import { h, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { supervise } from "../desk/commands.js";
import { store } from "../desk/store.js";
import { Part } from "./part.js";

const statuses = {
  signedOut: "status.signedOut",
  ready: "status.ready",
  paused: "status.paused",
  ringing: "status.ringing",
  talking: "status.talking",
  afterCallWork: "status.afterCallWork",
};

const lines = {
  idle: "line.idle",
  ringing: "line.ringing",
  talking: "line.talking",
  held: "line.held",
  conference: "line.conference",
};

const seats = { ordinary: "seat.ordinary", expert: "seat.expert", supervisor: "seat.supervisor" };

/** Each with its text, and when it makes sense. */
const actions = {
  listen: ["supervise.listen", ({ talks, role }) => talks && role !== "listening"],
  whisper: ["supervise.whisper", ({ talks, role }) => talks && role !== "whispering"],
  barge: ["supervise.barge", ({ talks, role }) => talks && role !== "barging"],
  "take-over": ["supervise.takeOver", ({ talks }) => talks],
  leave: ["supervise.leave", ({ role }) => role !== null],
  release: ["supervise.release", ({ talks }) => talks],
  ready: ["supervise.ready", ({ status }) => status === "paused" || status === "afterCallWork"],
  pause: ["supervise.pause", ({ status }) => status === "ready" || status === "afterCallWork" || status === "talking"],
  "sign-out": ["supervise.signOut", () => true],
};

/** What a row is about: the state, the line, and what I am in the agent's call. */
export function floorLine({ agent, call }, me) {
  const parties = call?.parties ?? [];
  const handles = call?.agentID === agent.agentID;
  const talks = handles && (call.phase === "talking" || call.phase === "held");
  const isConference = parties.some((party) => party.role === "joined" && party.isUp);
  const line = agent.status === "ringing" ? "ringing"
    : agent.status !== "talking" ? "idle"
    : isConference ? "conference"
    : agent.isOnHold ? "held" : "talking";
  const watchers = parties.filter((party) => ["listening", "whispering", "barging", "takingOver"].includes(party.role));
  const role = handles ? watchers.find((party) => party.agentID === me)?.role ?? null : null;
  return { status: agent.status, talks, line, role, watchers: handles ? watchers.map((party) => party.agentID) : [] };
}

/** Hidden for whoever supervises nobody. */
class SupervisorDesk extends Part {
  #rows = new Map();

  build() {
    this.#rows.clear();
    this.shown = undefined;
    this.counts = h("span", { class: "muted floor-counts", role: "status" });
    this.body = h("tbody");
    this.empty = h("p", { class: "empty-line muted" }, t("floor.none"));
    const columns = ["floor.agent", "floor.seat", "floor.state", "floor.seconds", "floor.line", "floor.queue", "floor.customer",
      "floor.watchers", "floor.actions"];
    this.card = h("section", { class: "card floor", "aria-label": t("floor.title") },
      h("header", { class: "card-head" }, h("h2", {}, t("floor.title")), this.counts),
      h("div", { class: "table-frame", tabindex: "0", role: "region", "aria-label": t("floor.title") },
        h("table", {}, h("thead", {}, h("tr", {}, columns.map((key) => h("th", { scope: "col" }, t(key))))), this.body),
        this.empty));
    return [this.card];
  }

  update({ floor, session, names }) {
    const me = session?.user?.id;
    const mine = floor?.filter((entry) => entry.agent.agentID !== me) ?? [];
    this.hidden = floor === null;
    if (floor === null || (floor === this.shown && names === this.names)) return;
    this.shown = floor;
    this.names = names;
    this.empty.hidden = mine.length > 0;
    const count = (status) => mine.filter((entry) => entry.agent.status === status).length;
    setText(this.counts, t("floor.counts", {
      online: mine.length - count("signedOut"), ready: count("ready"), talking: count("talking"), paused: count("paused"),
    }));
    const here = mine.filter((entry) => entry.agent.status !== "signedOut");
    const known = new Set(here.map((entry) => entry.agent.agentID));
    for (const [id, row] of this.#rows) {
      if (known.has(id)) continue;
      row.element.remove();
      this.#rows.delete(id);
    }
    here.forEach((entry, index) => {
      const id = entry.agent.agentID;
      const row = this.#rows.get(id) ?? new FloorRow(id);
      this.#rows.set(id, row);
      row.show(entry, floorLine(entry, me), names);
      if (this.body.children[index] !== row.element) this.body.insertBefore(row.element, this.body.children[index] ?? null);
    });
  }

  tick(now) {
    for (const row of this.#rows.values()) row.tick(now);
  }
}

/** Built once for an agent, then changed in place, so that a button is not taken from under the mouse. */
class FloorRow {
  constructor(agentID) {
    this.agentID = agentID;
    this.name = h("span");
    this.id = h("small", { class: "muted" });
    this.seat = h("td");
    this.state = h("td");
    this.seconds = h("td", { class: "figure" });
    this.line = h("td");
    this.queue = h("td");
    this.customer = h("td");
    this.watchers = h("td");
    this.buttons = Object.fromEntries(Object.entries(actions).map(([verb, [key]]) => [verb, h("button", {
      type: "button", class: "small", "data-act": verb, "aria-label": `${t(key)} ${agentID}`,
      onclick: () => supervise(agentID, verb, verb === "pause" ? { reason: "supervisor" } : undefined),
    }, t(key))]));
    this.element = h("tr", { "data-agent": agentID }, h("th", { scope: "row" }, this.name, this.id), this.seat, this.state, this.seconds,
      this.line, this.queue, this.customer, this.watchers,
      h("td", {}, h("div", { class: "floor-actions" }, Object.values(this.buttons))));
  }

  show({ agent, call, seat }, line, { users, queues }) {
    const nameOf = (id) => users.get(id) ?? id;
    setText(this.name, nameOf(this.agentID));
    setText(this.id, nameOf(this.agentID) === this.agentID ? "" : ` ${this.agentID}`);
    this.since = milliseconds(agent.since);
    // Of a pause: until when its reason allows it.
    this.limit = agent.status === "paused" ? milliseconds(agent.until) : null;
    this.element.dataset.status = agent.status;
    this.element.dataset.line = line.line;
    setText(this.seat, t(seats[seat] ?? "seat.ordinary"));
    setText(this.state, t(statuses[agent.status] ?? "status.signedOut"));
    setText(this.line, t(lines[line.line]));
    setText(this.queue, call?.queueID ? queues.get(call.queueID) ?? call.queueID : "");
    setText(this.customer, call?.customer?.name ?? call?.customerNumber ?? "");
    setText(this.watchers, line.watchers.map(nameOf).join(", "));
    for (const [verb, button] of Object.entries(this.buttons)) button.setAttribute("aria-label", `${t(actions[verb][0])} ${nameOf(this.agentID)}`);
    for (const [verb, button] of Object.entries(this.buttons)) {
      button.hidden = !actions[verb][1](line);
      button.disabled = Boolean(store.state.pending);
    }
  }

  tick(now) {
    const isExceeded = this.limit !== null && now > this.limit;
    this.element.dataset.exceeded = isExceeded;
    setText(this.seconds, clockText(now - this.since) + (isExceeded ? ` ${t("floor.exceeded")}` : ""));
  }
}

customElements.define("supervisor-desk", SupervisorDesk);
