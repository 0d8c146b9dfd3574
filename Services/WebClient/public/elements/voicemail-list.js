// Messages of callers (留言): played, assigned, noted, dealt with, removed.
import { clockText } from "../core/clock.js";
import { h, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { may } from "../desk/state.js";
import { store } from "../desk/store.js";
import { loadNames, sendJSON } from "../manage/requests.js";
import { ask, confirmRemoval } from "./dialog.js";
import { instantText } from "./flow-versions.js";
import { PagedList, listRow } from "./paged-list.js";
import { recordingButton } from "./recording-button.js";
import { formLine } from "./screen-parts.js";

const path = "/api/media/v1/voicemails";
const states = { "": "voicemail.all", new: "voicemail.new", heard: "voicemail.heard", done: "voicemail.done" };

/** The table of messages. Without the right to play all of them, one's own. */
class VoicemailList extends PagedList {
  list = {
    path, title: "screen.voicemails", hint: "voicemails.hint", none: "voicemails.none",
    filters: { state: ["voicemail.state", states] },
    columns: ["fax.when", "fax.number", "voicemail.box", "voicemail.message", "voicemail.state", "voicemail.assignedTo", "voicemail.note", "floor.actions"],
  };

  async prepare() { this.names = await loadNames(); }

  makeRow(message) {
    const { id } = message;
    let now = message;
    const change = (body) => sendJSON("PATCH", `${path}/${encodeURIComponent(id)}`, body);
    const state = h("span", { class: "badge" });
    const by = h("small", { class: "muted" });
    const button = (command, words, action, isShown = true) => isShown
      && h("button", { type: "button", class: `small ${command === "remove" ? "danger" : ""}`, "data-command": command, onclick: () => this.act(row, action) }, words);
    const finish = button("done", t("voicemail.finish"), () => change({ isDone: now.state !== "done" }));
    const row = listRow(id, {
      when: { class: "when", content: instantText(message.leftAt) },
      number: { class: "number", content: message.customerNumber || t("customer.unknown") },
      box: { content: this.#box(message) },
      // The server knows by the playing that it was heard.
      message: { class: "sound", content: [recordingButton(id, { heard: () => this.load(null, { isQuiet: true }), attributes: { "data-command": "play" } }), h("span", { class: "figure muted" }, clockText(message.durationMicroseconds / 1000))] },
      state: { content: [state, by] },
      assignedTo: {}, note: { class: "outline-summary" },
    }, [
      button("assign", hearsAll() ? t("voicemail.assign") : t("voicemail.note"), () => assign(now, change)), finish,
      button("remove", t("dialog.remove"), () => this.#remove(now), may(store.state, "recording.manage")),
    ]);
    return Object.assign(row, {
      show: (next) => {
        now = next;
        row.element.dataset.state = next.state;
        setText(state, t(states[next.state] ?? "voicemail.new"));
        state.className = `badge ${{ new: "draft", done: "start" }[next.state] ?? ""}`;
        setText(by, next.state === "done" ? this.#user(next.doneBy) : next.state === "heard" ? this.#user(next.heardBy) : "");
        setText(row.cells.assignedTo, next.assignedTo ? this.#user(next.assignedTo) : "–");
        setText(row.cells.note, next.note ?? "");
        setText(finish, next.state === "done" ? t("voicemail.reopen") : t("voicemail.finish"));
      },
    });
  }

  #user(id) { return this.names?.users.get(id) ?? id ?? ""; }

  #box({ queueID, agentID }) {
    if (queueID) return this.names?.queues.get(queueID) ?? queueID;
    return agentID ? this.#user(agentID) : t("voicemail.ours");
  }

  #remove({ id, customerNumber, leftAt }) {
    const what = `${t("voicemail.message")} ${customerNumber} ${instantText(leftAt)}`;
    return confirmRemoval(what, () => sendJSON("DELETE", `/api/media/v1/recordings/${encodeURIComponent(id)}`));
  }
}

const hearsAll = () => may(store.state, "recording.play");

/** Who is to deal with it, if one may say so, and what is noted of it. */
async function assign(message, change) {
  const { users } = hearsAll() ? await loadNames() : { users: new Map() };
  const whom = h("select", { "data-new": "assignedTo", "data-first-focus": true }, [["", t("voicemail.nobody")], ...users]
    .map(([value, words]) => h("option", { value, selected: value === (message.assignedTo ?? "") }, words)));
  const note = h("textarea", { rows: 3, maxlength: "500", "data-new": "note", "data-first-focus": !hearsAll() });
  note.value = message.note ?? "";
  return ask({
    title: hearsAll() ? t("voicemail.assign") : t("voicemail.note"), submit: t("manage.save"),
    body: h("div", { class: "form" }, hearsAll() && formLine(t("voicemail.assignedTo"), whom), formLine(t("voicemail.note"), note)),
    act: () => change({ ...(hearsAll() ? { assignedTo: whom.value } : {}), note: note.value }),
  });
}

customElements.define("voicemail-list", VoicemailList);
