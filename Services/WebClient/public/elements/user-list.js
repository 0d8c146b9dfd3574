// The people of a tenant: who may sign in, with which roles.
import { h, icon, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { loadAll } from "../flows/requests.js";
import { schemasOf, sendJSON } from "../manage/requests.js";
import { ask, confirmRemoval } from "./dialog.js";
import { editDialog } from "./edit-dialog.js";
import { failureText } from "./failure.js";
import { Part } from "./part.js";
import { screenHead, searchField, tableCard } from "./screen-parts.js";

const path = "/api/crm/v1/users";
const at = (user) => `${path}/${encodeURIComponent(user)}`;

/** The table of people. */
class UserList extends Part {
  #users = null;

  build() {
    this.search = searchField(() => this.#draw());
    this.table = tableCard(t("screen.users"), ["signIn.user", "field.name", "users.roles", "users.state", "floor.actions"].map((key) => t(key)));
    this.#load();
    return [screenHead(t("screen.users"), t("users.hint"), this.search,
      h("button", { type: "button", class: "primary", "data-command": "new", onclick: () => this.#edit(null) }, icon("more"), t("form.add"))), this.table.element];
  }

  async #load() {
    setText(this.table.empty, this.#users ? "" : t("manage.loading"));
    try {
      this.#users = await loadAll(path);
      this.#draw();
    } catch (error) {
      setText(this.table.empty, failureText(error));
    }
  }

  #draw() {
    const wanted = this.search.input.value.trim().toLowerCase();
    const users = (this.#users ?? []).filter((one) => `${one.user} ${one.name} ${one.roles.join(" ")}`.toLowerCase().includes(wanted));
    this.table.body.replaceChildren(...users.slice(0, 500).map((one) => this.#row(one)));
    setText(this.table.empty, users.length > 0 ? "" : t("manage.nothingFound"));
    this.table.empty.hidden = this.table.empty.textContent === "";
  }

  #row(one) {
    return h("tr", { "data-item": one.user }, h("th", { scope: "row" }, one.user), h("td", {}, one.name),
      h("td", {}, one.roles.map((role) => h("span", { class: "chip" }, role))), h("td", {}, one.isActive ? t("users.active") : h("span", { class: "badge wrong" }, t("users.inactive"))),
      h("td", {}, h("div", { class: "row-actions" },
        h("button", { type: "button", class: "small", "data-command": "edit", onclick: () => this.#edit(one) }, t("manage.edit")),
        h("button", { type: "button", class: "small", "data-command": "password", onclick: () => this.#setPassword(one.user) }, t("signIn.password")),
        h("button", { type: "button", class: "small danger", "data-command": "remove", onclick: () => this.#remove(one.user) }, t("dialog.remove")))));
  }

  async #edit(one) {
    try {
      const [components, roles] = await Promise.all([schemasOf("crm"), loadAll("/api/crm/v1/roles")]);
      const isDone = await editDialog({
        title: one ? t("manage.editTitle", { what: one.user }) : t("users.new"), submit: t("manage.save"), id: one ? one.user : null, idHint: t("users.idHint"),
        schema: components[one ? "UserChange" : "NewUser"], components, value: one ? { name: one.name, roles: one.roles, isActive: one.isActive } : { roles: ["agent"] }, without: ["user"],
        choices: (field) => (field === "roles" ? roles.map(({ role, title }) => [role, title ? `${title} · ${role}` : role]) : null),
        save: (user, value) => (one ? sendJSON("PATCH", at(user), value) : sendJSON("POST", path, { ...value, user })),
      });
      if (isDone) await this.#load();
    } catch (error) {
      setText(this.table.empty, failureText(error));
      this.table.empty.hidden = false;
    }
  }

  #setPassword(user) {
    const password = h("input", { type: "password", required: true, autocomplete: "new-password", "data-first-focus": true, "data-new": "password" });
    return ask({
      title: t("users.passwordTitle", { user }), submit: t("manage.save"),
      body: h("div", { class: "form" }, h("label", { class: "form-field" }, h("span", { class: "form-label" }, t("signIn.password")), password)),
      act: () => sendJSON("PUT", `${at(user)}/password`, { password: password.value }),
    });
  }

  async #remove(user) {
    if (await confirmRemoval(user, () => sendJSON("DELETE", at(user)))) await this.#load();
  }
}

customElements.define("user-list", UserList);
