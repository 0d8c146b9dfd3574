// The queues: how each is led, who works in it, how it stands right now.
import { getJSON } from "../core/api.js";
import { h, icon, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { choiceLabel } from "../flows/labels.js";
import { loadAll } from "../flows/requests.js";
import { choicesFor, loadChoices, schemasOf, sendJSON } from "../manage/requests.js";
import { addressOf } from "../manage/screens.js";
import { confirmRemoval } from "./dialog.js";
import { editDialog, valueForm } from "./edit-dialog.js";
import { failureText } from "./failure.js";
import { select } from "./form-fields.js";
import { removeButton } from "./form-lists.js";
import { Part } from "./part.js";
import { screenHead, searchField, tableCard } from "./screen-parts.js";

const path = "/api/acd/v1/queues";
const at = (id) => `${path}/${encodeURIComponent(id)}`;

/** All queues, or with `data-queue` one of them. */
class QueueList extends Part {
  #queues = null;

  build() {
    return this.dataset.queue ? this.#one(this.dataset.queue) : this.#all();
  }

  #all() {
    this.search = searchField(() => this.#draw());
    this.table = tableCard(t("screen.queues"), ["setting.id", "field.name", "setting.strategy", "field.ringSeconds", "setting.requiredSkills", "floor.actions"].map((key) => t(key)));
    this.#load();
    return [screenHead(t("screen.queues"), t("queues.hint"), this.search,
      h("button", { type: "button", class: "primary", "data-command": "new", onclick: () => this.#make() }, icon("more"), t("queues.new"))), this.table.element];
  }

  async #load() {
    setText(this.table.empty, this.#queues ? "" : t("manage.loading"));
    try {
      this.#queues = await loadAll(path);
      this.#draw();
    } catch (error) {
      setText(this.table.empty, failureText(error));
    }
  }

  #draw() {
    const wanted = this.search.input.value.trim().toLowerCase();
    const rows = (this.#queues ?? []).filter((queue) => `${queue.id} ${queue.name}`.toLowerCase().includes(wanted));
    this.table.body.replaceChildren(...rows.map((queue) => h("tr", { "data-item": queue.id },
      h("th", { scope: "row" }, h("a", { href: addressOf("queues", queue.id) }, queue.id)), h("td", {}, queue.name), h("td", {}, choiceLabel(queue.strategy)),
      h("td", { class: "figure" }, String(queue.ringSeconds)), h("td", {}, queue.requiredSkills.map((skill) => h("span", { class: "chip" }, skill))),
      h("td", {}, h("div", { class: "row-actions" },
        h("a", { class: "button small", href: addressOf("queues", queue.id) }, t("manage.open")),
        h("button", { type: "button", class: "small danger", "data-command": "remove", onclick: () => this.#remove(queue.id) }, t("dialog.remove")))))));
    setText(this.table.empty, rows.length > 0 ? "" : this.#queues?.length ? t("manage.nothingFound") : t("manage.nothingYet"));
    this.table.empty.hidden = this.table.empty.textContent === "";
  }

  async #make() {
    const [components, choices] = await Promise.all([schemasOf("acd"), loadChoices()]);
    await editDialog({
      title: t("queues.new"), submit: t("flows.create"), id: null, idHint: t("flows.idHint"), schema: components.QueueWish, components,
      value: { name: "" }, without: ["id"], choices: (field) => choicesFor(choices, field), save: (id, value) => sendJSON("POST", path, { ...value, id }),
    });
    await this.#load();
  }

  async #remove(id) {
    if (await confirmRemoval(id, () => sendJSON("DELETE", at(id)))) await this.#load();
  }

  // One queue.

  #one(id) {
    this.problem = h("p", { class: "problem", role: "alert" });
    this.done = h("span", { class: "saving", role: "status" });
    this.settings = h("div", { class: "card-body" });
    this.members = h("ul", { class: "member-list" });
    this.newcomer = h("div", { class: "form-row" });
    this.figures = h("p", { class: "figures muted", role: "status" });
    this.save = h("button", { type: "submit", class: "primary", "data-command": "save" }, t("manage.save"));
    this.#open(id);
    return [
      this.head = screenHead(id, "", h("a", { class: "button quiet", href: addressOf("queues") }, icon("back"), t("screen.queues"))), this.figures, this.problem,
      h("div", { class: "two-cards" },
        h("form", { class: "card", onsubmit: (event) => this.#store(event, id) }, h("header", { class: "card-head" }, h("h2", {}, t("queues.settings")), h("span", { class: "spring" }), this.done, this.save), this.settings),
        h("section", { class: "card" }, h("header", { class: "card-head" }, h("h2", {}, t("setting.members"))), h("div", { class: "card-body" }, this.newcomer, this.members))),
    ];
  }

  async #open(id) {
    try {
      const [queue, components, choices] = await Promise.all([getJSON(at(id)), schemasOf("acd"), loadChoices()]);
      this.choices = choices;
      this.form = valueForm({ schema: components.QueueWish, components, value: queue, without: ["id"], choices: (field) => choicesFor(choices, field) });
      setText(this.head.querySelector("h1"), `${queue.name} · ${id}`);
      this.settings.replaceChildren(this.form.element);
      await Promise.all([this.#readMembers(id), this.#readFigures(id)]);
    } catch (error) {
      setText(this.problem, failureText(error));
    }
  }

  async #readFigures(id) {
    const figures = await getJSON(`${at(id)}/figures`).catch(() => null);
    if (figures) setText(this.figures, t("queues.figures", { waiting: figures.waiting, ready: figures.agentsReady, busy: figures.agentsBusy, paused: figures.agentsPaused }));
  }

  async #readMembers(id) {
    const members = await loadAll(`${at(id)}/members`);
    const words = new Map(this.choices.users);
    this.members.replaceChildren(...members.map((agent) => h("li", { "data-member": agent }, h("span", {}, words.get(agent) ?? agent),
      removeButton(() => this.#change(id, "DELETE", agent), t("queues.takeOut", { agent })))));
    if (members.length === 0) this.members.replaceChildren(h("li", { class: "muted" }, t("queues.noMembers")));
    const others = this.choices.users.filter(([agent]) => !members.includes(agent));
    const choice = select([["", t("form.choose")], ...others], "", () => {}, { class: "grows", "aria-label": t("queues.newcomer") });
    this.newcomer.replaceChildren(choice, h("button", { type: "button", class: "small", "data-command": "addMember", onclick: () => choice.value && this.#change(id, "PUT", choice.value) }, t("form.add")));
  }

  async #change(id, method, agent) {
    setText(this.problem, "");
    try {
      await sendJSON(method, `${at(id)}/members/${encodeURIComponent(agent)}`);
      await this.#readMembers(id);
    } catch (error) {
      setText(this.problem, failureText(error));
    }
  }

  async #store(event, id) {
    event.preventDefault();
    setText(this.problem, "");
    setText(this.done, "");
    try {
      const { id: own, ...wish } = this.form.value();
      await sendJSON("PATCH", at(id), wish);
      setText(this.done, t("manage.saved"));
    } catch (error) {
      setText(this.problem, failureText(error));
    }
  }
}

customElements.define("queue-list", QueueList);
