// Monitor groups, trunks and routes: a table, and a form that their service describes.
import { h, icon, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { loadAll } from "../flows/requests.js";
import { choicesFor, loadChoices, schemasOf, sendJSON } from "../manage/requests.js";
import { resources } from "../manage/resources.js";
import { confirmRemoval } from "./dialog.js";
import { editDialog } from "./edit-dialog.js";
import { failureText } from "./failure.js";
import { Part } from "./part.js";
import { screenHead, searchField, tableCard } from "./screen-parts.js";

/** One kind of thing, named by `data-resource`. */
class ResourceScreen extends Part {
  #items = null;

  build() {
    this.resource = resources[this.dataset.resource];
    this.search = searchField(() => this.#draw());
    this.table = tableCard(t(this.resource.title), [...this.resource.columns.map(([key]) => t(key)), t("floor.actions")]);
    this.#load();
    return [screenHead(t(this.resource.title), t(this.resource.hint), this.search,
      h("button", { type: "button", class: "primary", "data-command": "new", onclick: () => this.#edit(null) }, icon("more"), t("form.add"))), this.table.element];
  }

  async #load() {
    setText(this.table.empty, this.#items ? "" : t("manage.loading"));
    try {
      this.#items = await loadAll(this.resource.path);
      this.#draw();
    } catch (error) {
      setText(this.table.empty, failureText(error));
    }
  }

  #draw() {
    const wanted = this.search.input.value.trim().toLowerCase();
    const rows = (this.#items ?? []).filter((item) => this.resource.columns.some(([, value]) => String(value(item)).toLowerCase().includes(wanted)));
    this.table.body.replaceChildren(...rows.map((item) => this.#row(item)));
    setText(this.table.empty, rows.length > 0 ? "" : this.#items?.length ? t("manage.nothingFound") : t("manage.nothingYet"));
    this.table.empty.hidden = this.table.empty.textContent === "";
  }

  #row(item) {
    const id = this.resource.idOf(item);
    return h("tr", { "data-item": id }, this.resource.columns.map(([, value], index) => h(index === 0 ? "th" : "td", index === 0 ? { scope: "row" } : {}, shown(value(item)))),
      h("td", {}, h("div", { class: "row-actions" },
        h("button", { type: "button", class: "small", "data-command": "edit", onclick: () => this.#edit(item) }, t("manage.edit")),
        h("button", { type: "button", class: "small danger", "data-command": "remove", onclick: () => this.#remove(id) }, t("dialog.remove")))));
  }

  async #edit(item) {
    const { path, service, schema, without, idOf } = this.resource;
    try {
      const [components, choices, trunks] = await Promise.all([schemasOf(service), loadChoices(), path.endsWith("routes") ? loadAll("/api/media/v1/trunks") : []]);
      const named = { ...choices, trunkID: trunks.map((trunk) => [trunk.id, trunk.id]) };
      await editDialog({
        title: item ? t("manage.editTitle", { what: idOf(item) }) : t("form.add"), submit: t("manage.save"), id: item ? idOf(item) : null,
        schema: components[schema], components, value: item ?? {}, without: [...(without ?? []), "id"], choices: (field) => choicesFor(named, field),
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

const shown = (value) => (value === true ? t("form.yes") : value === false ? t("form.no") : String(value ?? ""));

customElements.define("resource-screen", ResourceScreen);
