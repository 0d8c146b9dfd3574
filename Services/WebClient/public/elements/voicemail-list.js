// Messages of callers: played, assigned, noted, done.
import { getJSON } from "../core/api.js";
import { clockText } from "../core/clock.js";
import { h, icon, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { fetchPicture, fetchRecording } from "../desk/commands.js";
import { loadChoices, sendJSON } from "../manage/requests.js";
import { ask } from "./dialog.js";
import { failureText } from "./failure.js";
import { instantText } from "./flow-versions.js";
import { Part } from "./part.js";
import { RecordingPlayer } from "./recording-player.js";
import { formLine, screenHead, searchField, tableCard } from "./screen-parts.js";

const path = "/api/media/v1/voicemails";
const states = { "": "voicemail.all", new: "voicemail.new", heard: "voicemail.heard", done: "voicemail.done" };

/** The table of messages, newest first. */
class VoicemailList extends Part {
  #next = null;

  build() {
    this.number = searchField(() => this.#load(), t("voicemail.search"));
    this.state = h("select", { "aria-label": t("voicemail.state"), onchange: () => this.#load() }, Object.entries(states).map(([value, key]) => h("option", { value }, t(key))));
    this.table = tableCard(t("screen.voicemails"), ["fax.when", "fax.number", "voicemail.box", "voicemail.length", "voicemail.message", "voicemail.state", "voicemail.assignedTo", "voicemail.note", "floor.actions"].map((key) => t(key)));
    this.table.more.addEventListener("click", () => this.#load(this.#next));
    this.#load();
    return [screenHead(t("screen.voicemails"), t("voicemails.hint"), this.number, this.state,
      h("button", { type: "button", "data-command": "refresh", onclick: () => this.#load() }, t("contacts.refresh"))), this.table.element];
  }

  async #load(cursor = null) {
    const query = new URLSearchParams({ limit: "50" });
    if (this.state?.value) query.set("state", this.state.value);
    if (this.number.input.value.trim()) query.set("number", this.number.input.value.trim());
    if (cursor) query.set("cursor", cursor);
    try {
      const page = await getJSON(`${path}?${query}`);
      const rows = page.items.map((message) => this.#row(message));
      if (cursor) this.table.body.append(...rows);
      else this.table.body.replaceChildren(...rows);
      this.#next = page.nextCursor ?? null;
      this.table.more.hidden = !this.#next;
      setText(this.table.empty, this.table.body.children.length > 0 ? "" : t("manage.nothingFound"));
    } catch (error) {
      setText(this.table.empty, failureText(error));
    }
    this.table.empty.hidden = this.table.empty.textContent === "";
  }

  #row(message) {
    const row = h("tr", { "data-item": message.id, "data-state": message.state });
    const change = async (body) => {
      const changed = await sendJSON("PATCH", `${path}/${encodeURIComponent(message.id)}`, body);
      row.replaceWith(this.#row(changed));
    };
    const problem = h("span", { class: "problem", role: "alert" });
    const isDone = message.state === "done";
    row.append(
      h("th", { scope: "row", class: "when" }, instantText(message.leftAt)), h("td", { class: "number" }, message.customerNumber),
      h("td", {}, message.queueID ?? message.agentID ?? t("voicemail.ours")), h("td", { class: "figure" }, clockText(message.durationMicroseconds / 1000)),
      h("td", {}, player(message, () => (message.state === "new" ? change({ isHeard: true }).catch(() => {}) : null))),
      h("td", {}, t(states[message.state] ?? "voicemail.new"), isDone && message.doneBy ? h("small", { class: "muted" }, ` ${message.doneBy}`) : null),
      h("td", {}, message.assignedTo ?? "–"), h("td", { class: "outline-summary" }, message.note ?? ""),
      h("td", {}, h("div", { class: "row-actions" },
        h("button", { type: "button", class: "small", "data-command": "assign", onclick: () => assign(message, change) }, t("voicemail.assign")),
        h("button", {
          type: "button", class: "small", "data-command": "done",
          onclick: () => change({ isDone: !isDone }).catch((error) => setText(problem, failureText(error))),
        }, isDone ? t("voicemail.reopen") : t("voicemail.finish"))), problem));
    return row;
  }
}

/** Who is to deal with it, and what is noted of it. */
async function assign(message, change) {
  const { users } = await loadChoices();
  const whom = h("select", { "data-new": "assignedTo", "data-first-focus": true }, [["", t("voicemail.nobody")], ...users]
    .map(([value, words]) => h("option", { value, selected: value === (message.assignedTo ?? "") }, words)));
  const note = h("textarea", { rows: 3, maxlength: "500", "data-new": "note" });
  note.value = message.note ?? "";
  await ask({
    title: t("voicemail.assign"), submit: t("manage.save"), body: h("div", { class: "form" }, formLine(t("voicemail.assignedTo"), whom), formLine(t("voicemail.note"), note)),
    act: () => change({ assignedTo: whom.value, note: note.value }),
  });
}

/** Fetched on the first play only: each play is checked and recorded by the server. */
function player(message, heard) {
  const problem = h("span", { class: "problem", role: "alert" });
  const button = h("button", { type: "button", class: "small", "data-command": "play", onclick: load }, icon("play"), t("contacts.play"));
  return h("div", { class: "player" }, button, problem);

  async function load() {
    button.disabled = true;
    setText(problem, "");
    try {
      const [sound, picture] = await Promise.all([fetchRecording(message.id), fetchPicture(message.id)]);
      const playing = new RecordingPlayer(URL.createObjectURL(sound), picture);
      button.replaceWith(playing);
      playing.focus();
      // The row is drawn anew when it is known to be heard: not before it was.
      playing.audio.addEventListener("ended", heard, { once: true });
      await playing.play().catch(() => {});
    } catch (error) {
      setText(problem, error.status === 404 || error.code === "recording_open" ? t("contacts.notYet") : failureText(error));
      button.disabled = false;
    }
  }
}

customElements.define("voicemail-list", VoicemailList);
