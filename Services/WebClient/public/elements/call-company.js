// Who else is in the call, whom to ask or to give it to, and who is parked.
import { h, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { consult, loadColleagues, pickUp, removeParty, transfer } from "../desk/commands.js";
import { allowed, callPhase, ownParty } from "../desk/state.js";
import { store } from "../desk/store.js";
import { Part } from "./part.js";

const roles = {
  consulted: "role.consulted",
  joined: "role.joined",
  target: "role.target",
  listening: "role.listening",
  whispering: "role.whispering",
  barging: "role.barging",
  takingOver: "role.takingOver",
  pickingUp: "role.pickingUp",
  offered: "role.offered",
};

const seats = { ordinary: "seat.ordinary", expert: "seat.expert", supervisor: "seat.supervisor" };
const supervising = new Set(["listening", "whispering", "barging", "takingOver"]);

/** Opens or closes the choice of whom to ask. */
export function toggleTargets() {
  document.querySelector("call-company")?.toggle();
}

/** A line under the call bar. */
class CallCompany extends Part {
  #isOpen = false;

  build() {
    this.own = h("span", { class: "company-own" });
    this.list = h("ul", { class: "company-list", "aria-label": t("company.label") });
    this.queue = h("span", { class: "company-queue" });
    this.parkedList = h("ul", { class: "company-parked", "aria-label": t("parked.label") });
    this.form = this.#targets();
    this.line = h("section", { class: "company" }, this.own, this.list, this.queue, this.form, this.parkedList);
    return [this.line];
  }

  #targets() {
    this.kind = h("select", { name: "kind", onchange: () => this.#kindChosen() },
      ["agent", "queue", "number"].map((kind) => h("option", { value: kind }, t(targets[kind]))));
    this.colleagues = h("datalist", { id: "colleagues" });
    this.value = h("input", { name: "target", autocomplete: "off", list: "colleagues", required: true });
    const label = h("label", {}, h("span", {}, t("target.kind")), this.kind);
    const field = h("label", {}, h("span", {}, t("target.value")), this.value);
    this.confirm = act("confirm", t("target.confirm"), () => this.#send((target) => transfer(target, true)));
    return h("form", { class: "company-targets", hidden: true, onsubmit: (event) => event.preventDefault() },
      label, field, this.colleagues,
      act("ask", t("target.consult"), () => this.#send(consult)),
      this.confirm,
      act("send", t("target.transfer"), () => this.#send((target) => transfer(target, false))));
  }

  #kindChosen() {
    if (this.kind.value === "agent") this.value.setAttribute("list", "colleagues");
    else this.value.removeAttribute("list");
    this.confirm.disabled = this.kind.value === "queue";
  }

  async #send(request) {
    const value = this.value.value.trim();
    if (!value) return this.value.focus();
    if (await request({ [this.kind.value]: value })) this.toggle();
  }

  toggle() {
    this.#isOpen = !this.#isOpen && allowed(store.state).consult;
    this.update(store.state);
    if (!this.#isOpen) return;
    this.value.value = "";
    this.value.focus();
    loadColleagues();
  }

  update(state) {
    const isTalk = ["talking", "held"].includes(callPhase(state));
    if (!isTalk || !allowed(state).consult) this.#isOpen = false;
    this.form.hidden = !this.#isOpen;
    const own = isTalk ? ownParty(state) : null;
    const role = own ? t("company.self", { role: t(roles[own.role]) }) : "";
    const left = isTalk && state.call.customerLeft ? t("company.customerLeft") : "";
    setText(this.own, [role, left].filter(Boolean).join(" · "));
    const others = isTalk ? (state.call.parties ?? []).filter((party) => party !== own) : [];
    redraw(this.list, others, (party) => partyLine(party, !own));
    setText(this.queue, isTalk && state.call.asksQueue && others.length === 0 ? t("company.asksQueue", { queue: state.call.asksQueue }) : "");
    const isFree = state.agent?.status === "ready" || state.agent?.status === "paused";
    redraw(this.parkedList, isFree ? state.parked : [], parkedLine);
    redraw(this.colleagues, state.colleagues, colleague);
    this.line.hidden = !this.#isOpen && !own && !left && others.length === 0 && !this.queue.textContent && !this.parkedList.children.length;
  }
}

const targets = { agent: "target.agent", queue: "target.queue", number: "target.number" };

/** Only when the content differs, so that a focused button stays. */
function redraw(list, items, line) {
  const content = JSON.stringify(items);
  if (list.shown === content) return;
  list.shown = content;
  list.replaceChildren(...items.map(line));
}

function partyLine(party, mayRemove) {
  const name = party.agentID ?? party.number ?? "";
  const state = party.isUp ? t("company.up") : t("company.ringing");
  return h("li", { "data-role": party.role, "data-up": party.isUp },
    h("strong", {}, name), h("span", {}, `${t(roles[party.role] ?? "role.joined")} · ${state}`),
    mayRemove && !supervising.has(party.role)
      ? h("button", { type: "button", class: "small", onclick: () => removeParty(party.legID) }, t("company.remove")) : null);
}

function parkedLine(call) {
  return h("li", {},
    h("span", {}, t("parked.slot", { slot: call.parkSlot, number: call.customer?.name ?? call.customerNumber })),
    h("button", { type: "button", class: "small", "data-command": "pickUp", onclick: () => pickUp(call.callID) }, t("parked.pickUp")));
}

function colleague({ agentID, status, seat }) {
  return h("option", { value: agentID }, `${t(seats[seat] ?? "seat.ordinary")} · ${t(statuses[status] ?? "status.ready")}`);
}

const statuses = {
  ready: "status.ready",
  paused: "status.paused",
  ringing: "status.ringing",
  talking: "status.talking",
  afterCallWork: "status.afterCallWork",
};

function act(name, text, action) {
  return h("button", { type: name === "ask" ? "submit" : "button", "data-target-action": name, onclick: action }, text);
}

customElements.define("call-company", CallCompany);
