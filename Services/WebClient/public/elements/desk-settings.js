// What a tenant wants of its agents' desks: reasons for pauses with their limits, after-call work, experts.
import { getJSON } from "../core/api.js";
import { h, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { choicesFor, loadChoices, schemasOf, sendJSON } from "../manage/requests.js";
import { valueForm } from "./edit-dialog.js";
import { failureText } from "./failure.js";
import { Part } from "./part.js";
import { screenHead } from "./screen-parts.js";

const path = "/api/cti/v1/desk-settings";

/** One form; kept as a whole. */
class DeskSettings extends Part {
  build() {
    this.body = h("div", { class: "card-body" }, h("p", { class: "muted" }, t("manage.loading")));
    this.problem = h("p", { class: "problem", role: "alert" });
    this.done = h("span", { class: "saving", role: "status" });
    this.button = h("button", { type: "submit", class: "primary", disabled: true, "data-command": "save" }, t("manage.save"));
    this.#load();
    return [screenHead(t("screen.settings"), t("settings.hint")), h("form", { class: "card narrow-card", onsubmit: (event) => this.#store(event) },
      h("header", { class: "card-head" }, h("h2", {}, t("screen.settings")), h("span", { class: "spring" }), this.done, this.button), this.problem, this.body)];
  }

  async #load() {
    try {
      const [value, components, choices] = await Promise.all([getJSON(path), schemasOf("cti"), loadChoices()]);
      this.form = valueForm({ schema: components.DeskSettings, components, value, choices: (field) => choicesFor(choices, field) });
      this.body.replaceChildren(this.form.element);
      this.button.disabled = false;
    } catch (error) {
      setText(this.problem, failureText(error));
    }
  }

  async #store(event) {
    event.preventDefault();
    setText(this.problem, "");
    setText(this.done, "");
    try {
      await sendJSON("PUT", path, this.form.value());
      setText(this.done, t("manage.saved"));
    } catch (error) {
      setText(this.problem, failureText(error));
    }
  }
}

customElements.define("desk-settings", DeskSettings);
