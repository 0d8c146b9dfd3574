// What tables have in common that a service hands out page by page, newest first: filtered while one types, looked at
// again while something is under way, changed in place so that focus and playback survive.
import { getJSON } from "../core/api.js";
import { h, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { store } from "../desk/store.js";
import { failureText } from "./failure.js";
import { Part } from "./part.js";
import { screenHead, searchField, tableCard } from "./screen-parts.js";

const pageSize = 50;
/** While somebody types, the service is left alone. */
const typingPause = 250;
const soon = 3_000;
const later = 20_000;

/** What each person looks for in each list: it outlives a change of language and a look elsewhere. */
const lookedFor = new Map();

function wantedIn(path) {
  const key = `${store.state.session?.tenant}/${store.state.session?.user?.id} ${path}`;
  if (!lookedFor.has(key)) lookedFor.set(key, {});
  return lookedFor.get(key);
}

/**
 * A list; who extends it says in `list` what it is: `path`, `title`, `hint`, `none` (what it says when there is nothing at
 * all), `columns` (keys of texts), `filters` (`{ state: ["words.of.it", { value: "words.of.value" }] }`), and makes its rows:
 * `makeRow(item)` is an object with `element` and `show(item)`. `isUnderWay(item)` says of which more is heard soon; `tools()`
 * are buttons for the head; `prepare()` may read what the rows need.
 */
export class PagedList extends Part {
  #rows = new Map();
  #wanted = {};
  #next = null;
  #isFirstPage = true;
  #asked = 0;
  #typing = null;
  #looking = null;
  #prepared = null;

  build() {
    const { title, hint, columns, filters } = this.list;
    this.#rows.clear();
    this.#wanted = wantedIn(this.list.path);
    this.number = searchField((value) => this.#typed(value), t("list.number"));
    this.number.input.value = this.#wanted.number ?? "";
    this.number.input.setAttribute("inputmode", "tel");
    this.selects = Object.entries(filters).map(([name, [words, values]]) => h("select", {
      "aria-label": t(words), "data-filter": name, onchange: (event) => this.#choose(name, event.target.value),
    }, Object.entries(values).map(([value, key]) => h("option", { value, selected: (this.#wanted[name] ?? "") === value }, t(key)))));
    this.table = tableCard(t(title), columns.map((key) => t(key)));
    this.table.more.addEventListener("click", () => this.load(this.#next));
    this.#prepared = Promise.resolve(this.prepare?.()).catch(() => {});
    this.load();
    return [screenHead(t(title), t(hint), this.number, ...this.selects,
      h("button", { type: "button", "data-command": "refresh", onclick: () => this.load() }, t("contacts.refresh")), this.tools?.() || null), this.table.element];
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#typing);
    clearTimeout(this.#looking);
    this.#asked += 1;
  }

  #typed(value) {
    this.#wanted.number = value;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.load(), typingPause);
  }

  #choose(name, value) {
    this.#wanted[name] = value;
    this.load();
  }

  get #isFiltered() { return Object.values(this.#wanted).some((value) => value.trim() !== ""); }

  #query(cursor) {
    const query = new URLSearchParams({ limit: String(pageSize) });
    const { number, ...choices } = this.#wanted;
    for (const [name, value] of Object.entries(choices)) if (value) query.set(name, value);
    const digits = (number ?? "").replace(/[\s()-]/g, "");
    // Its beginning is enough.
    if (digits) query.set("number", digits.endsWith("*") ? digits : `${digits}*`);
    if (cursor) query.set("cursor", cursor);
    return query;
  }

  /** Reads the list anew, or with a cursor what comes behind it. An answer that another question has overtaken is nobody's. */
  async load(cursor = null, { isQuiet = false } = {}) {
    const asked = this.#asked += 1;
    clearTimeout(this.#looking);
    if (!isQuiet && this.#rows.size === 0) this.#say(t("manage.loading"));
    try {
      await this.#prepared;
      const page = await getJSON(`${this.list.path}?${this.#query(cursor)}`);
      if (asked !== this.#asked) return;
      this.#isFirstPage = !cursor;
      this.#next = page.nextCursor ?? null;
      this.table.more.hidden = !this.#next;
      this.#place(page.items, Boolean(cursor));
      this.#say(this.#rows.size > 0 ? "" : this.#isFiltered ? t("manage.nothingFound") : t(this.list.none));
      this.#lookAgain(page.items);
    } catch (error) {
      if (asked !== this.#asked) return;
      // What nobody asked for by hand may fail once without a word.
      if (!isQuiet || this.#rows.size === 0) this.#say(failureText(error), true);
      this.#lookAgain([]);
    }
  }

  #say(words, isProblem = false) {
    setText(this.table.empty, words);
    this.table.empty.classList.toggle("problem", isProblem);
    this.table.empty.hidden = words === "";
  }

  /** Rows stay the same elements: nobody's button is taken away from under his finger. */
  #place(items, isMore) {
    const at = document.activeElement?.closest?.("tr");
    const index = [...this.table.body.children].indexOf(at);
    const known = this.#rows;
    const rows = new Map(isMore ? known : []);
    for (const item of items) {
      const row = known.get(item.id) ?? this.makeRow(item);
      row.show(item);
      rows.set(item.id, row);
    }
    this.#rows = rows;
    [...rows.values()].forEach(({ element }, place) => {
      if (this.table.body.children[place] !== element) this.table.body.insertBefore(element, this.table.body.children[place] ?? null);
    });
    while (this.table.body.children.length > rows.size) this.table.body.lastElementChild.remove();
    if (index >= 0 && !at.isConnected) this.#focusNear(index);
  }

  /** Whoever worked with a row that is gone goes on with the next. */
  #focusNear(index) {
    const row = this.table.body.children[Math.min(index, this.table.body.children.length - 1)];
    (row?.querySelector("button:not([hidden]):not(:disabled)") ?? this.table.element.querySelector(".table-frame"))?.focus();
  }

  #lookAgain(items) {
    const pause = items.some((item) => this.isUnderWay?.(item)) ? soon : later;
    this.#looking = setTimeout(() => this.#look(), pause);
  }

  /** Only the newest page comes by itself: who has gone further down is not taken back. */
  #look() {
    if (document.visibilityState === "visible" && this.#isFirstPage) this.load(null, { isQuiet: true });
    else this.#lookAgain([]);
  }

  /** Does something with a row: its buttons rest meanwhile, what goes wrong is said in it, and the list is read again. */
  async act(row, action) {
    const buttons = [...row.element.querySelectorAll(".row-actions button:not(:disabled)")];
    setText(row.problem, "");
    const focused = buttons.find((button) => button === document.activeElement);
    const index = [...this.table.body.children].indexOf(row.element);
    for (const button of buttons) button.disabled = true;
    try {
      if (await action() !== false) await this.load(null, { isQuiet: true });
    } catch (error) {
      setText(row.problem, failureText(error));
    } finally {
      for (const button of buttons) button.disabled = false;
      // A button that rests loses the focus, and a window that closes cannot give it back.
      if (focused && document.activeElement === document.body) focused.isConnected ? focused.focus() : this.#focusNear(index);
    }
  }
}

/** A row whose cells are changed in place: the head of it, its cells, its buttons, and what is wrong. */
export function listRow(id, cells, buttons) {
  const problem = h("span", { class: "problem", role: "alert" });
  const [first, ...others] = Object.entries(cells);
  const element = h("tr", { "data-item": id }, cellOf("th", first), others.map((cell) => cellOf("td", cell)),
    h("td", {}, h("div", { class: "row-actions" }, buttons), problem));
  const at = Object.fromEntries(Object.keys(cells).map((name, index) => [name, element.children[index]]));
  return { element, cells: at, problem };
}

const cellOf = (name, [, { content, ...attributes }]) => h(name, name === "th" ? { scope: "row", ...attributes } : attributes, content);
