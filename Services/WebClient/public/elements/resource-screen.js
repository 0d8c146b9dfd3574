// Monitor groups, web entries, trunks, routes and more: a table, and a form that their service describes.
import { h, icon, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { store } from "../desk/store.js";
import { loadAll } from "../flows/requests.js";
import { choicesFor, loadAccessNumbers, loadChoices, schemasOf, sendJSON } from "../manage/requests.js";
import { resources } from "../manage/resources.js";
import { codeDialog } from "./code-dialog.js";
import { confirmRemoval } from "./dialog.js";
import { editDialog } from "./edit-dialog.js";
import { failureText } from "./failure.js";
import { Part } from "./part.js";
import { routeTrial } from "./route-trial.js";
import { screenHead, searchField, tableCard } from "./screen-parts.js";

/** One kind of thing, named by `data-resource`. */
class ResourceScreen extends Part {
  #items = null;
  #states = new Map();

  build() {
    this.resource = resources[this.dataset.resource];
    this.search = searchField(() => this.#draw());
    this.table = tableCard(t(this.resource.title), [...this.resource.columns.map(([key]) => t(key)), t("floor.actions")]);
    this.#load();
    return [screenHead(t(this.resource.title), t(this.resource.hint), this.search,
      h("button", { type: "button", class: "primary", "data-command": "new", onclick: () => this.#edit(null) }, icon("more"), t("form.add"))),
    this.resource.tries && routeTrial(), this.table.element].filter(Boolean);
  }

  async #load() {
    setText(this.table.empty, this.#items ? "" : t("manage.loading"));
    try {
      this.#items = await loadAll(this.resource.path);
      const states = this.resource.states ? await loadAll(this.resource.states).catch(() => []) : [];
      this.#states = new Map(states.map((one) => [one.trunkID, stateText(one)]));
      this.#draw();
    } catch (error) {
      setText(this.table.empty, failureText(error));
    }
  }

  #draw() {
    const wanted = this.search.input.value.trim().toLowerCase();
    const rows = (this.#items ?? []).filter((item) => this.resource.columns.some(([, value]) => this.#text(value, item).toLowerCase().includes(wanted)));
    this.table.body.replaceChildren(...rows.map((item) => this.#row(item)));
    setText(this.table.empty, rows.length > 0 ? "" : this.#items?.length ? t("manage.nothingFound") : t("manage.nothingYet"));
    this.table.empty.hidden = this.table.empty.textContent === "";
  }

  #row(item) {
    const id = this.resource.idOf(item);
    return h("tr", { "data-item": id }, this.resource.columns.map(([, value], index) => h(index === 0 ? "th" : "td", index === 0 ? { scope: "row" } : {}, this.#text(value, item))),
      h("td", {}, h("div", { class: "row-actions" },
        this.resource.code && h("button", { type: "button", class: "small", "data-command": "code", onclick: () => this.#showCode(item) }, t("code.show")),
        h("button", { type: "button", class: "small", "data-command": "edit", onclick: () => this.#edit(item) }, t("manage.edit")),
        h("button", { type: "button", class: "small danger", "data-command": "remove", onclick: () => this.#remove(id) }, t("dialog.remove")))));
  }

  #text(value, item) {
    return shown(value(item, this.#states.get(this.resource.idOf(item))));
  }

  #showCode(item) {
    const code = this.resource.code(item, store.state.session?.tenant ?? "", location.origin);
    return codeDialog(t("code.title", { what: this.resource.idOf(item) }), t("code.hint"), code);
  }

  async #edit(item) {
    const { path, service, schema, without, idOf } = this.resource;
    try {
      const others = { routes: "/api/media/v1/trunks", playlists: "/api/media/v1/prompts" }[this.dataset.resource];
      const [components, choices, named, numbers] = await Promise.all([
        schemasOf(service), loadChoices(), others ? loadAll(others) : [], this.resource.isReachedByNumber ? loadAccessNumbers() : null,
      ]);
      const names = named.map((one) => [one.id ?? one.name, one.id ?? one.name]);
      await editDialog({
        title: item ? t("manage.editTitle", { what: idOf(item) }) : t("form.add"), submit: t("manage.save"), id: item ? idOf(item) : null,
        schema: components[schema], components, value: item ?? {}, without: [...(without ?? []), "id"], choices: (field) => choicesFor({ ...choices, trunkID: names, prompts: names, number: numbers }, field),
        save: (id, value) => sendJSON("PUT", `${path}/${encodeURIComponent(id)}`, value),
      });
      await this.#load();
    } catch (error) {
      setText(this.table.empty, failureText(error));
      this.table.empty.hidden = false;
    }
  }

  async #remove(id) {
    if (await confirmRemoval(id, () => sendJSON("DELETE", `${this.resource.path}/${encodeURIComponent(id)}`))) await this.#load();
  }
}

const stateText = ({ isUp, calls }) => `${isUp ? t("trunks.up") : t("trunks.down")} · ${t("trunks.calls", { count: calls ?? 0 })}`;

const shown = (value) => (value === true ? t("form.yes") : value === false ? t("form.no") : String(value ?? ""));

customElements.define("resource-screen", ResourceScreen);
