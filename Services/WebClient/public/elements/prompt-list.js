// What callers hear: recordings that are brought along, and texts that are spoken. A new one of a name is its next version.
import { send } from "../core/api.js";
import { clockText } from "../core/clock.js";
import { h, icon, setText } from "../core/dom.js";
import { currentLanguage, t } from "../core/texts.js";
import { loadAll } from "../flows/requests.js";
import { sendJSON } from "../manage/requests.js";
import { ask, confirmRemoval } from "./dialog.js";
import { failureText } from "./failure.js";
import { playButton } from "./form-prompts.js";
import { instantText } from "./flow-versions.js";
import { Part } from "./part.js";
import { fileField, formLine, screenHead, searchField, tableCard } from "./screen-parts.js";

const path = "/api/media/v1/prompts";
const at = (name) => `${path}/${encodeURIComponent(name)}`;

/** The table of prompts. */
class PromptList extends Part {
  #prompts = null;

  build() {
    this.search = searchField(() => this.#draw());
    this.table = tableCard(t("screen.prompts"), [t("field.name"), t("prompt.play"), t("flows.version"), t("prompt.length"), t("prompt.text"), t("lists.addedBy"), t("lists.addedAt"), t("floor.actions")]);
    this.#load();
    return [screenHead(t("screen.prompts"), t("prompts.hint"), this.search,
      h("button", { type: "button", "data-command": "speak", onclick: () => this.#speak({}) }, icon("say"), t("prompts.speak")),
      h("button", { type: "button", class: "primary", "data-command": "upload", onclick: () => this.#upload("") }, icon("more"), t("prompts.upload"))), this.table.element];
  }

  async #load() {
    setText(this.table.empty, this.#prompts ? "" : t("manage.loading"));
    try {
      this.#prompts = await loadAll(path);
      this.#draw();
    } catch (error) {
      setText(this.table.empty, failureText(error));
    }
  }

  #draw() {
    const wanted = this.search.input.value.trim().toLowerCase();
    const prompts = (this.#prompts ?? []).filter((one) => `${one.name} ${one.text ?? ""}`.toLowerCase().includes(wanted));
    this.table.body.replaceChildren(...prompts.map((one) => this.#row(one)));
    setText(this.table.empty, prompts.length > 0 ? "" : this.#prompts?.length ? t("manage.nothingFound") : t("prompts.none"));
    this.table.empty.hidden = this.table.empty.textContent === "";
  }

  #row(prompt) {
    return h("tr", { "data-item": prompt.name },
      h("th", { scope: "row" }, prompt.name), h("td", {}, playButton(() => prompt.name)), h("td", { class: "figure" }, String(prompt.version)),
      h("td", { class: "figure" }, clockText(prompt.milliseconds)), h("td", { class: "outline-summary" }, prompt.text ?? ""), h("td", {}, prompt.createdBy), h("td", { class: "when" }, instantText(prompt.createdAt)),
      h("td", {}, h("div", { class: "row-actions" },
        h("button", { type: "button", class: "small", onclick: () => (prompt.text ? this.#speak(prompt) : this.#upload(prompt.name)) }, t("prompts.replace")),
        h("button", { type: "button", class: "small danger", "data-command": "remove", onclick: () => this.#remove(prompt.name) }, t("dialog.remove")))));
  }

  async #speak({ name = "", text = "", language = currentLanguage() === "en" ? "en" : "zh" }) {
    const words = h("textarea", { rows: 4, required: true, maxlength: "2000", "data-new": "text" });
    words.value = text;
    const key = nameField(name);
    const choice = h("select", {}, ["zh", "en"].map((one) => h("option", { value: one, selected: one === language }, one === "zh" ? t("choice.zh") : t("choice.en"))));
    const isDone = await ask({
      title: t("prompts.speak"), submit: t("manage.save"), body: h("div", { class: "form" }, formLine(t("field.name"), key, t("prompts.nameHint")), formLine(t("prompt.text"), words), formLine(t("prompt.language"), choice)),
      act: () => sendJSON("POST", `${at(key.value)}/speech`, { text: words.value, language: choice.value }),
    });
    if (isDone) await this.#load();
  }

  async #upload(name) {
    const key = nameField(name);
    const file = fileField({ accept: ".wav,audio/wav", required: true, "data-new": "file", onchange: () => (key.value ||= (file.input.files[0]?.name ?? "").replace(/\.wav$/i, "").replace(/[^A-Za-z0-9._-]+/g, "-")) });
    const isDone = await ask({
      title: t("prompts.upload"), submit: t("manage.save"), body: h("div", { class: "form" }, formLine(t("prompt.file"), file, t("prompts.fileHint")), formLine(t("field.name"), key, t("prompts.nameHint"))),
      act: () => send("PUT", at(key.value), { body: file.input.files[0], type: "audio/wav", signal: AbortSignal.timeout(120_000) }),
    });
    if (isDone) await this.#load();
  }

  async #remove(name) {
    if (await confirmRemoval(name, () => sendJSON("DELETE", at(name)))) await this.#load();
  }
}

const nameField = (name) => h("input", { required: true, maxlength: "64", value: name, readonly: name !== "", "data-new": "name", "data-first-focus": name === "" });

customElements.define("prompt-list", PromptList);
