// What each agent can: words of the tenant's own, with a level or without.
import { getJSON } from "../core/api.js";
import { h, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { loadAll } from "../flows/requests.js";
import { sendJSON } from "../manage/requests.js";
import { failureText } from "./failure.js";
import { Part } from "./part.js";
import { screenHead, searchField, tableCard } from "./screen-parts.js";

const shownAtOnce = 50;
const at = (agent) => `/api/acd/v1/agents/${encodeURIComponent(agent)}/skills`;

/** A row an agent; saved when one leaves the field. */
class SkillList extends Part {
  #users = null;
  #shown = shownAtOnce;

  build() {
    this.search = searchField(() => this.#draw());
    this.table = tableCard(t("screen.skills"), ["skills.agent", "field.name", "field.skills"].map((key) => t(key)));
    this.table.more.onclick = () => {
      this.#shown += shownAtOnce;
      this.#draw();
    };
    this.#load();
    return [screenHead(t("screen.skills"), t("skills.hint"), this.search), this.table.element];
  }

  async #load() {
    setText(this.table.empty, t("manage.loading"));
    try {
      this.#users = (await loadAll("/api/crm/v1/users")).filter((user) => user.isActive);
      this.#draw();
    } catch (error) {
      setText(this.table.empty, failureText(error));
    }
  }

  #draw() {
    const wanted = this.search.input.value.trim().toLowerCase();
    const users = (this.#users ?? []).filter((one) => `${one.user} ${one.name}`.toLowerCase().includes(wanted));
    this.table.body.replaceChildren(...users.slice(0, this.#shown).map(row));
    this.table.more.hidden = users.length <= this.#shown;
    setText(this.table.empty, users.length > 0 ? "" : t("manage.nothingFound"));
    this.table.empty.hidden = this.table.empty.textContent === "";
  }
}

function row({ user, name }) {
  const note = h("span", { class: "saving", role: "status" });
  const problem = h("span", { class: "problem", role: "alert" });
  const input = h("input", { class: "grows", "aria-label": t("skills.of", { agent: user }), placeholder: "english:3, vip", spellcheck: "false", disabled: true, onchange: store });
  getJSON(at(user)).then(({ skills }) => show(skills), (error) => setText(problem, failureText(error)));
  return h("tr", { "data-item": user }, h("th", { scope: "row" }, user), h("td", {}, name), h("td", {}, h("div", { class: "form-row" }, input, note, problem)));

  function show(skills) {
    input.value = skills.join(", ");
    input.disabled = false;
  }

  async function store() {
    setText(problem, "");
    setText(note, "");
    try {
      show((await sendJSON("PUT", at(user), { skills: input.value.split(/[,，、;；\s]+/).filter((one) => one !== "") })).skills);
      setText(note, t("manage.saved"));
    } catch (error) {
      setText(problem, failureText(error));
    }
  }
}

customElements.define("skill-list", SkillList);
