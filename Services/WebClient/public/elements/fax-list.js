// Faxes sent and received: found, looked at as PDF, kept as a file, sent from a document, removed.
import { send } from "../core/api.js";
import { h, icon, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { may } from "../desk/state.js";
import { store } from "../desk/store.js";
import { loadAccessNumbers, sendJSON } from "../manage/requests.js";
import { ask, confirmRemoval } from "./dialog.js";
import { instantText } from "./flow-versions.js";
import { PagedList, listRow } from "./paged-list.js";
import { saveFile } from "./save-file.js";
import { fileField, formLine } from "./screen-parts.js";

const path = "/api/media/v1/faxes";
const at = (id) => `${path}/${encodeURIComponent(id)}`;
const directions = { "": "fax.all", received: "fax.received", sent: "fax.sentOnes" };
const states = { queued: "fax.queued", sending: "fax.sending", sent: "fax.sent", received: "fax.arrived", failed: "fax.failed" };
const outcomes = {
  brokenOff: "fax.brokenOff", noMachine: "fax.noMachine", busy: "fax.busy", noAnswer: "fax.noAnswer", rejected: "fax.rejected",
  unreachable: "fax.unreachable", cancelled: "fax.cancelled",
};
const looks = { sent: "start", received: "start", failed: "wrong", queued: "draft", sending: "count" };

/** The table of faxes. */
class FaxList extends PagedList {
  list = {
    path, title: "screen.faxes", hint: "faxes.hint", none: "faxes.none",
    filters: { direction: ["fax.direction", directions], state: ["fax.state", { "": "fax.anyState", ...states }] },
    columns: ["fax.when", "fax.direction", "fax.number", "fax.line", "fax.pages", "fax.state", "floor.actions"],
  };

  tools() {
    return may(store.state, "fax.send")
      && h("button", { type: "button", class: "primary", "data-command": "send", onclick: () => this.#send() }, icon("outbound"), t("fax.send"));
  }

  isUnderWay({ state }) { return state === "queued" || state === "sending"; }

  makeRow(fax) {
    const { id } = fax;
    const isReceived = fax.direction === "received";
    const way = isReceived ? "inbound" : "outbound";
    const state = h("span", { class: "badge" });
    const why = h("small", { class: "muted" });
    const button = (command, words, action, isShown = true) => isShown
      && h("button", { type: "button", class: `small ${command === "remove" ? "danger" : ""}`, "data-command": command, onclick: () => this.act(row, action) }, words);
    let now = fax;
    const view = button("view", t("fax.view"), () => look(now));
    const save = button("save", t("fax.save"), () => keep(now));
    const remove = button("remove", t("dialog.remove"), () => this.#remove(now), may(store.state, "fax.manage"));
    const row = listRow(id, {
      when: { class: "when", content: instantText(fax.createdAt) },
      direction: { class: "number", content: h("div", {}, h("span", { class: `direction ${way}` }, icon(way)), isReceived ? t("fax.received") : t("fax.sentOnes")) },
      number: { class: "number", content: fax.number || t("customer.unknown") }, line: { class: "number" }, pages: { class: "figure" },
      state: { content: [state, why] },
    }, [view, save, remove]);
    return Object.assign(row, {
      show: (next) => {
        now = next;
        row.element.dataset.state = next.state;
        setText(row.cells.line, next.line || "–");
        setText(row.cells.pages, next.pages > 0 ? String(next.pages) : "–");
        setText(state, t(states[next.state] ?? "fax.failed"));
        state.className = `badge ${looks[next.state] ?? ""}`;
        // In the words of the network, for whoever looks closer.
        state.title = next.reason ?? "";
        setText(why, reasonText(next));
        // Of what was received and broke off before its first page there is nothing to see.
        for (const one of [view, save]) one.hidden = isReceived && next.pages === 0;
        if (remove) setText(remove, this.isUnderWay(next) ? t("fax.cancel") : t("dialog.remove"));
      },
    });
  }

  async #send() {
    const file = fileField({ accept: ".pdf,.tif,.tiff,application/pdf,image/tiff", required: true, "data-new": "file" });
    const to = h("input", { type: "tel", required: true, maxlength: "32", "data-new": "to", "data-first-focus": true });
    const own = await ownNumbers();
    const from = h("input", { type: "tel", maxlength: "32", list: "own-numbers", value: own[0] ?? "", "data-new": "from" });
    const choice = h("datalist", { id: "own-numbers" }, own.map((value) => h("option", { value })));
    const header = h("input", { maxlength: "50", pattern: "[ -~]*", "data-new": "header" });
    const isDone = await ask({
      title: t("fax.send"), submit: t("fax.sendNow"),
      body: h("div", { class: "form" }, formLine(t("fax.to"), to), formLine(t("fax.document"), file, t("fax.documentHint")), formLine(t("fax.from"), from, t("fax.fromHint")), choice, formLine(t("fax.header"), header, t("fax.headerHint"))),
      act: () => {
        const query = new URLSearchParams({ to: dialled(to) });
        if (dialled(from)) query.set("from", dialled(from));
        if (header.value.trim()) query.set("header", header.value.trim());
        const document = file.input.files[0];
        return send("POST", `${path}?${query}`, { body: document, type: document?.type || "application/pdf", signal: AbortSignal.timeout(120_000) });
      },
    });
    if (isDone) await this.load();
  }

  #remove(fax) {
    if (this.isUnderWay(fax)) {
      return ask({ title: t("fax.cancelTitle", { number: fax.number }), body: h("p", {}, t("fax.cancelBody")), submit: t("fax.cancel"), isDangerous: true, act: () => sendJSON("DELETE", at(fax.id)) });
    }
    return confirmRemoval(`${t("screen.faxes")} ${fax.number} ${instantText(fax.createdAt)}`, () => sendJSON("DELETE", at(fax.id)));
  }
}

/** The tenant's, one of which may be shown; none where one may not ask. */
async function ownNumbers() {
  return (await loadAccessNumbers()).map(([number]) => number).filter((number) => number !== "*");
}

/** A number as people write it, without what only makes it readable. */
const dialled = (field) => field.value.replace(/[\s()-]/g, "");

/** What became of it, or when it is tried again. */
function reasonText({ state, outcome, direction, attempts, mostAttempts, nextAttemptAt }) {
  const words = [];
  if (state === "failed" || state === "queued") words.push(Object.hasOwn(outcomes, outcome) ? t(outcomes[outcome]) : "");
  if (direction === "sent" && attempts > 0 && mostAttempts > 1 && state !== "sent") words.push(t("fax.attempts", { count: attempts, most: mostAttempts }));
  if (state === "queued" && nextAttemptAt) words.push(t("fax.next", { time: instantText(nextAttemptAt) }));
  return words.filter((one) => one !== "").join(" · ");
}

const documentAddress = async ({ id }) =>
  URL.createObjectURL(await (await send("GET", `${at(id)}/document`, { signal: AbortSignal.timeout(60_000) })).blob());

/** Its PDF, in a page of its own: opened at once, so that the browser sees who wanted it. */
async function look(fax) {
  const page = window.open("", "_blank");
  try {
    // Where no page may be opened, it is kept as a file.
    if (!page) return await keep(fax);
    page.location.replace(await documentAddress(fax));
    return false;
  } catch (error) {
    page?.close();
    throw error;
  }
}

/** Its PDF, as a file. */
async function keep(fax) {
  saveFile(await documentAddress(fax), `fax-${fax.number.replace(/\D/g, "")}-${fax.id}.pdf`);
  return false;
}

customElements.define("fax-list", FaxList);
