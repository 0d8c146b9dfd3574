// The last contacts, newest first, with their recordings.
import { clockText, milliseconds } from "../core/clock.js";
import { h, icon, setText } from "../core/dom.js";
import { currentLanguage, t } from "../core/texts.js";
import { dispositionText } from "../desk/dispositions.js";
import { dial, fetchPicture, fetchRecording, loadContacts, noticeOf } from "../desk/commands.js";
import { noticeText } from "./notice-line.js";
import { Part } from "./part.js";
import { RecordingPlayer } from "./recording-player.js";

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

  update({ contacts, contactsFailed }) {
    setText(this.empty, contactsFailed ? t("contacts.failed") : emptyText(contacts));
    this.empty.hidden = this.empty.textContent === "";
    if (contacts === this.shown) return;
    this.shown = contacts;
    const rows = new Map();
    for (const contact of contacts ?? []) {
      const content = JSON.stringify(contact);
      const known = this.#rows.get(contact.callID);
      rows.set(contact.callID, known?.content === content ? known : { content, row: row(contact) });
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

function row(contact) {
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
    h("td", {}, contact.queueID ?? contact.accessNumber),
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
    ...day, hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false,
  }).format(date);
}

/** Fetched on the first play only: each play is checked and recorded by the server. */
function player(recording) {
  const id = typeof recording === "string" ? recording : recording.recordingID;
  const problem = h("span", { class: "problem", role: "alert" });
  const button = h("button", { type: "button", class: "small", "data-recording": id, onclick: load },
    icon("play"), t("contacts.play"));
  const place = h("div", { class: "player" }, button, problem);
  return place;

  async function load() {
    button.disabled = true;
    setText(problem, "");
    try {
      const [sound, picture] = await Promise.all([fetchRecording(id), fetchPicture(id)]);
      const playing = new RecordingPlayer(URL.createObjectURL(sound), picture);
      button.replaceWith(playing);
      playing.focus();
      await playing.play().catch(() => {});
    } catch (error) {
      setText(problem, error.status === 404 || error.code === "recording_open" ? t("contacts.notYet") : noticeText(noticeOf(error)));
      button.disabled = false;
    }
  }
}

customElements.define("contact-list", ContactList);
