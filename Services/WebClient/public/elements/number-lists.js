// Lists of numbers that flows ask for: black lists, important customers.
import { getJSON } from "../core/api.js";
import { h, icon, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { loadAll } from "../flows/requests.js";
import { sendJSON } from "../manage/requests.js";
import { addressOf } from "../manage/screens.js";
import { ask, confirmRemoval } from "./dialog.js";
import { failureText } from "./failure.js";
import { removeButton } from "./form-lists.js";
import { instantText } from "./flow-versions.js";
import { Part } from "./part.js";
import { formLine, screenHead, searchField, tableCard } from "./screen-parts.js";
import { sendEachNumber } from "./several-numbers.js";

const path = "/api/cti/v1/number-lists";
const at = (id) => `${path}/${encodeURIComponent(id)}`;

/** All lists, or with `data-list` the numbers of one. */
class NumberLists extends Part {
  build() {
    return this.dataset.list ? this.#one(this.dataset.list) : this.#all();
  }

  #all() {
    this.table = tableCard(t("screen.lists"), [t("setting.id"), t("field.name"), t("floor.actions")]);
    this.#load();
    return [screenHead(t("screen.lists"), t("lists.hint"),
      h("button", { type: "button", class: "primary", "data-command": "new", onclick: () => this.#edit({ id: null, name: "" }) }, icon("more"), t("lists.new"))), this.table.element];
  }

  async #load() {
    try {
      const lists = await loadAll(path);
      this.table.body.replaceChildren(...lists.map((list) => h("tr", { "data-item": list.id },
        h("th", { scope: "row" }, h("a", { href: addressOf("lists", list.id) }, list.id)), h("td", {}, list.name),
        h("td", {}, h("div", { class: "row-actions" },
          h("a", { class: "button small", href: addressOf("lists", list.id) }, t("manage.open")),
          h("button", { type: "button", class: "small", onclick: () => this.#edit(list) }, t("lists.rename")),
          h("button", { type: "button", class: "small danger", "data-command": "remove", onclick: () => this.#remove(list.id) }, t("dialog.remove")))))));
      setText(this.table.empty, lists.length === 0 ? t("lists.none") : "");
    } catch (error) {
      setText(this.table.empty, failureText(error));
    }
    this.table.empty.hidden = this.table.empty.textContent === "";
  }

  async #edit({ id, name }) {
    const key = h("input", { required: true, maxlength: "64", pattern: "[A-Za-z0-9._\\-]+", "data-new": "id", "data-first-focus": true });
    const words = h("input", { required: true, maxlength: "100", value: name, "data-new": "name", "data-first-focus": id !== null });
    const isDone = await ask({
      title: id ? t("lists.rename") : t("lists.new"), submit: t("manage.save"),
      body: h("div", { class: "form" }, id === null && formLine(t("setting.id"), key, t("flows.idHint")), formLine(t("field.name"), words)),
      act: () => sendJSON("PUT", at(id ?? key.value), { name: words.value.trim() }),
    });
    if (isDone) await this.#load();
  }

  async #remove(id) {
    if (await confirmRemoval(id, () => sendJSON("DELETE", at(id)))) await this.#load();
  }

  // The numbers of one list.

  #one(id) {
    this.id = id;
    this.items = [];
    this.cursor = null;
    this.search = searchField(() => this.#draw(), t("lists.search"));
    this.numbers = h("textarea", { rows: 2, required: true, class: "grows", "data-new": "numbers", placeholder: t("lists.numbers"), "aria-label": t("lists.numbers") });
    this.note = h("input", { maxlength: "200", "data-new": "note", placeholder: t("lists.note"), "aria-label": t("lists.note") });
    this.problem = h("p", { class: "problem", role: "alert" });
    this.table = tableCard(id, [t("numbers.number"), t("lists.note"), t("lists.addedBy"), t("lists.addedAt"), t("floor.actions")]);
    this.table.more.onclick = () => this.#more();
    this.#more();
    return [
      screenHead(id, t("lists.oneHint"), this.search, h("a", { class: "button quiet", href: addressOf("lists") }, icon("back"), t("screen.lists"))),
      h("form", { class: "form-row add-line", onsubmit: (event) => this.#add(event) }, this.numbers, this.note, h("button", { type: "submit", class: "primary", "data-command": "addNumbers" }, t("form.add"))),
      this.problem, this.table.element,
    ];
  }

  async #more() {
    try {
      const page = await getJSON(`${at(this.id)}/numbers?limit=100${this.cursor ? `&cursor=${encodeURIComponent(this.cursor)}` : ""}`);
      this.items.push(...page.items);
      this.cursor = page.nextCursor ?? null;
    } catch (error) {
      setText(this.problem, failureText(error));
    }
    this.#draw();
  }

  #draw() {
    const wanted = this.search.input.value.trim().toLowerCase();
    const items = this.items.filter((one) => `${one.number} ${one.note}`.toLowerCase().includes(wanted));
    this.table.body.replaceChildren(...items.map((one) => h("tr", { "data-item": one.number },
      h("th", { scope: "row" }, one.number), h("td", {}, one.note), h("td", {}, one.addedBy), h("td", { class: "when" }, instantText(one.addedAt)),
      h("td", {}, removeButton(() => this.#take(one.number), t("lists.take", { number: one.number }))))));
    this.table.more.hidden = this.cursor === null;
    setText(this.table.empty, items.length > 0 ? "" : this.items.length > 0 ? t("manage.nothingFound") : t("lists.empty"));
    this.table.empty.hidden = this.table.empty.textContent === "";
  }

  async #refresh() {
    this.items = [];
    this.cursor = null;
    await this.#more();
  }

  async #add(event) {
    event.preventDefault();
    await sendEachNumber(this.numbers, this.problem, (number) =>
      sendJSON("PUT", `${at(this.id)}/numbers/${encodeURIComponent(number)}`, { note: this.note.value.trim() }));
    await this.#refresh();
  }

  async #take(number) {
    if (await confirmRemoval(number, () => sendJSON("DELETE", `${at(this.id)}/numbers/${encodeURIComponent(number)}`))) await this.#refresh();
  }
}

customElements.define("number-lists", NumberLists);
