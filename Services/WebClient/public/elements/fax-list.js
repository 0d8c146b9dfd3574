// Faxes sent and received: found, looked at as PDF, sent from a document, removed.
import { getJSON, send } from "../core/api.js";
import { h, icon, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { store } from "../desk/store.js";
import { sendJSON } from "../manage/requests.js";
import { ask, confirmRemoval } from "./dialog.js";
import { failureText } from "./failure.js";
import { instantText } from "./flow-versions.js";
import { Part } from "./part.js";
import { formLine, screenHead, searchField, tableCard } from "./screen-parts.js";

const path = "/api/media/v1/faxes";
const directions = { "": "fax.all", received: "fax.received", sent: "fax.sentOnes" };
const states = {
  queued: "fax.queued", sending: "fax.sending", sent: "fax.sent", received: "fax.arrived", failed: "fax.failed", deleted: "fax.deleted",
};

const may = (permission) => (store.state.session?.user?.permissions ?? []).includes(permission);

/** The table of faxes, newest first. */
class FaxList extends Part {
  #next = null;

  build() {
    this.number = searchField(() => this.#load(), t("fax.search"));
    this.direction = h("select", { "aria-label": t("fax.direction"), onchange: () => this.#load() }, Object.entries(directions).map(([value, key]) => h("option", { value }, t(key))));
    this.table = tableCard(t("screen.faxes"), ["fax.when", "fax.direction", "fax.number", "fax.line", "fax.pages", "fax.state", "floor.actions"].map((key) => t(key)));
    this.table.more.addEventListener("click", () => this.#load(this.#next));
    this.#load();
    return [screenHead(t("screen.faxes"), t("faxes.hint"), this.number, this.direction,
      h("button", { type: "button", "data-command": "refresh", onclick: () => this.#load() }, t("contacts.refresh")),
      may("fax.send") && h("button", { type: "button", class: "primary", "data-command": "send", onclick: () => this.#send() }, icon("outbound"), t("fax.send"))), this.table.element];
  }

  async #load(cursor = null) {
    const query = new URLSearchParams({ limit: "50" });
    if (this.direction?.value) query.set("direction", this.direction.value);
    if (this.number.input.value.trim()) query.set("number", this.number.input.value.trim());
    if (cursor) query.set("cursor", cursor);
    try {
      const page = await getJSON(`${path}?${query}`);
      const rows = page.items.map((fax) => this.#row(fax));
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

  #row(fax) {
    const isReceived = fax.direction === "received";
    const problem = h("span", { class: "problem", role: "alert" });
    const hasDocument = fax.pages > 0;
    return h("tr", { "data-item": fax.id, "data-state": fax.state },
      h("th", { scope: "row", class: "when" }, instantText(fax.createdAt)),
      h("td", { class: "number" }, h("div", {}, h("span", { class: `direction ${isReceived ? "inbound" : "outbound"}` }, icon(isReceived ? "inbound" : "outbound")), isReceived ? t("fax.received") : t("fax.sentOnes"))),
      h("td", { class: "number" }, fax.number || "–"), h("td", { class: "number" }, fax.line), h("td", { class: "figure" }, hasDocument ? String(fax.pages) : "–"),
      h("td", { title: fax.reason ?? "" }, t(states[fax.state] ?? "fax.failed"), fax.state === "failed" && fax.reason ? h("small", { class: "muted" }, ` ${fax.reason}`) : null,
        fax.direction === "sent" && fax.attempts > 1 ? h("small", { class: "muted" }, ` ${t("fax.attempts", { count: fax.attempts, most: fax.mostAttempts })}`) : null),
      h("td", {}, h("div", { class: "row-actions" },
        h("button", { type: "button", class: "small", "data-command": "view", onclick: () => view(fax.id, problem) }, t("fax.view")),
        may("fax.manage") && h("button", { type: "button", class: "small danger", "data-command": "remove", onclick: () => this.#remove(fax.id) }, t("dialog.remove"))), problem));
  }

  async #send() {
    const file = h("input", { type: "file", accept: ".pdf,.tif,.tiff,application/pdf,image/tiff", required: true, "data-new": "file" });
    const to = h("input", { type: "tel", required: true, maxlength: "32", "data-new": "to", "data-first-focus": true });
    const from = h("input", { type: "tel", maxlength: "32", "data-new": "from" });
    const header = h("input", { maxlength: "50", pattern: "[ -~]*", "data-new": "header" });
    const isDone = await ask({
      title: t("fax.send"), submit: t("fax.sendNow"),
      body: h("div", { class: "form" }, formLine(t("fax.to"), to), formLine(t("fax.document"), file, t("fax.documentHint")), formLine(t("fax.from"), from, t("fax.fromHint")), formLine(t("fax.header"), header, t("fax.headerHint"))),
      act: () => {
        const query = new URLSearchParams({ to: to.value.trim() });
        if (from.value.trim()) query.set("from", from.value.trim());
        if (header.value.trim()) query.set("header", header.value.trim());
        const document = file.files[0];
        return send("POST", `${path}?${query}`, { body: document, type: document?.type || "application/pdf", signal: AbortSignal.timeout(120_000) });
      },
    });
    if (isDone) await this.#load();
  }

  async #remove(id) {
    if (await confirmRemoval(id, () => sendJSON("DELETE", `${path}/${encodeURIComponent(id)}`))) await this.#load();
  }
}

/** Its PDF, in a page of its own: opened at once, so that the browser sees who wanted it. */
async function view(id, problem) {
  setText(problem, "");
  const page = window.open("", "_blank");
  try {
    const response = await send("GET", `${path}/${encodeURIComponent(id)}/document`, { signal: AbortSignal.timeout(60_000) });
    const address = URL.createObjectURL(await response.blob());
    if (page) page.location.replace(address);
    else window.location.assign(address);
  } catch (error) {
    page?.close();
    setText(problem, failureText(error));
  }
}

customElements.define("fax-list", FaxList);
