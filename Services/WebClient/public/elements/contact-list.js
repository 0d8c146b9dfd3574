// The last contacts, newest first, with their recordings.
import { clockText, milliseconds } from "../core/clock.js";
import { h, icon, setText } from "../core/dom.js";
import { currentLanguage, t } from "../core/texts.js";
import { dispositionText } from "../desk/dispositions.js";
import { dial, loadContacts } from "../desk/commands.js";
import { Part } from "./part.js";
import { recordingButton } from "./recording-button.js";

const reasons = {
  customerHungUp: "ended.customerHungUp",
  agentHungUp: "ended.agentHungUp",
  flowEnded: "ended.flowEnded",
  abandoned: "ended.abandoned",
  busy: "ended.busy",
  noAnswer: "ended.noAnswer",
  rejected: "ended.rejected",
  notFound: "ended.notFound",
  unavailable: "ended.unavailable",
  transferred: "ended.transferred",
  systemFailed: "ended.systemFailed",
  machine: "ended.machine",
  fax: "ended.fax",
};

/** The table of recent contacts. A row stays the same element as long as its contact does, so that playing goes on. */
class ContactList extends Part {
  #rows = new Map();

  build() {
    this.#rows.clear();
    this.shown = undefined;
    this.body = h("tbody");
    this.empty = h("p", { class: "empty-line muted", role: "status" });
    const columns = ["contacts.when", "contacts.number", "contacts.through", "contacts.length", "contacts.talk", "contacts.end", "contacts.recording"];
    return [h("section", { class: "card", "aria-label": t("contacts.title") },
      h("header", { class: "card-head" }, h("h2", {}, t("contacts.title")),
        h("button", { type: "button", class: "quiet", onclick: loadContacts }, t("contacts.refresh"))),
      h("div", { class: "table-frame", tabindex: "0", role: "region", "aria-label": t("contacts.title") },
        h("table", {},
          h("thead", {}, h("tr", {}, columns.map((key) => h("th", { scope: "col" }, t(key))))),
          this.body),
        this.empty))];
  }

  update({ contacts, contactsFailed, names }) {
    setText(this.empty, contactsFailed ? t("contacts.failed") : emptyText(contacts));
    this.empty.hidden = this.empty.textContent === "";
    if (contacts === this.shown && names === this.names) return;
    this.shown = contacts;
    this.names = names;
    const rows = new Map();
    for (const contact of contacts ?? []) {
      const through = names.queues.get(contact.queueID) ?? contact.queueID ?? contact.accessNumber;
      const content = JSON.stringify([contact, through]);
      const known = this.#rows.get(contact.callID);
      rows.set(contact.callID, known?.content === content ? known : { content, row: row(contact, through) });
    }
    this.#rows = rows;
    this.#place([...rows.values()].map((entry) => entry.row));
  }

  /** Moves only what is out of place: a row that is taken out would stop playing. */
  #place(rows) {
    rows.forEach((row, index) => {
      if (this.body.children[index] !== row) this.body.insertBefore(row, this.body.children[index] ?? null);
    });
    while (this.body.children.length > rows.length) this.body.lastElementChild.remove();
  }
}

function emptyText(contacts) {
  if (contacts === null) return t("contacts.loading");
  return contacts.length === 0 ? t("contacts.none") : "";
}

function row(contact, through) {
  const startedAt = milliseconds(contact.startedAt);
  const length = contact.endedAt ? milliseconds(contact.endedAt) - startedAt : null;
  const isInbound = contact.direction !== "outbound";
  return h("tr", { "data-call": contact.callID, "data-ended": Boolean(contact.endedAt) },
    h("td", { class: "when" }, timeText(startedAt)),
    h("td", { class: "number" }, h("div", {},
      h("span", { class: `direction ${isInbound ? "inbound" : "outbound"}`, title: isInbound ? t("contacts.inbound") : t("contacts.outbound") },
        icon(isInbound ? "inbound" : "outbound"),
        h("span", { class: "visually-hidden" }, isInbound ? t("contacts.inbound") : t("contacts.outbound"))),
      contact.customerNumber,
      contact.endedAt && /^[+*#\d]+$/.test(contact.customerNumber) && h("button", {
        type: "button", class: "small", "data-command": "dialRecord", title: t("contacts.call"), "aria-label": `${t("contacts.call")} ${contact.customerNumber}`,
        onclick: () => dial(contact.customerNumber, contact.customerID),
      }, icon("answer")))),
    h("td", {}, through),
    h("td", { class: "figure" }, length === null ? "–" : clockText(length)),
    h("td", { class: "figure" }, talkText(contact.segments)),
    h("td", {}, h("span", { class: "end", "data-reason": contact.reason }, endText(contact)),
      contact.disposition && h("span", { class: "disposition" }, dispositionText(contact.disposition))),
    h("td", {}, (contact.recordings ?? []).map(player)));
}

function endText({ endedAt, reason }) {
  return endedAt ? t(reasons[reason] ?? "ended.unknown") : t("contacts.inProgress");
}

function talkText(segments) {
  const talked = (segments ?? []).filter((segment) => segment.kind === "talk")
    .reduce((sum, segment) => sum + milliseconds(segment.endedAt) - milliseconds(segment.startedAt), 0);
  return talked > 0 ? clockText(talked) : "–";
}

function timeText(instant) {
  const date = new Date(instant);
  const isToday = date.toDateString() === new Date().toDateString();
  const day = isToday ? {} : { month: "2-digit", day: "2-digit" };
  return new Intl.DateTimeFormat(currentLanguage(), {
    ...day, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
  }).format(date);
}

function player(recording) {
  const id = typeof recording === "string" ? recording : recording.recordingID;
  return recordingButton(id, { attributes: { "data-recording": id } });
}

customElements.define("contact-list", ContactList);
