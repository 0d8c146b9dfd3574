// How much agents do at once beside calls: for all, medium by medium, with what interrupts what; and who does otherwise.
import { getJSON } from "../core/api.js";
import { h, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { media } from "../desk/attention.js";
import { loadAll } from "../flows/requests.js";
import { sendJSON } from "../manage/requests.js";
import { failureText } from "./failure.js";
import { Part } from "./part.js";
import { screenHead, searchField, tableCard } from "./screen-parts.js";

const rulesPath = "/api/acd/v1/media-rules";
const capacityPath = (agent) => `/api/acd/v1/agents/${encodeURIComponent(agent)}/capacity`;
const shownAtOnce = 50;
const word = (medium) => t(media[medium] ?? "media.ticket");

/** One form for all, and a table of those for whom something else holds. */
class MediaRules extends Part {
  #users = null;
  #shown = shownAtOnce;

  build() {
    this.problem = h("p", { class: "problem", role: "alert" });
    this.done = h("span", { class: "saving", role: "status" });
    this.button = h("button", { type: "submit", class: "primary", disabled: true, "data-command": "save" }, t("manage.save"));
    this.rules = h("div", { class: "card-body" }, h("p", { class: "muted" }, t("manage.loading")));
    this.search = searchField(() => this.#draw());
    this.agents = h("div");
    this.#load();
    return [screenHead(t("screen.media"), t("mediaRules.hint")),
      h("form", { class: "card", onsubmit: (event) => this.#store(event) },
        h("header", { class: "card-head" }, h("h2", {}, t("mediaRules.all")), h("span", { class: "spring" }), this.done, this.button), this.problem, this.rules),
      h("header", { class: "screen-head" }, h("h2", {}, t("mediaRules.agents")), h("p", { class: "muted" }, t("mediaRules.agentsHint")), h("span", { class: "spring" }), this.search), this.agents];
  }

  async #load() {
    try {
      const rules = await getJSON(rulesPath);
      this.#show(rules);
      this.#users = (await loadAll("/api/crm/v1/users")).filter((user) => user.isActive && user.roles.includes("agent"));
      this.#draw();
    } catch (error) {
      setText(this.problem, failureText(error));
    }
  }

  #show(rules) {
    this.known = rules;
    this.capacity = figure(rules.capacity, 1, 1000, { "data-rule": "capacity", required: true });
    const all = rules.media.map(({ medium }) => medium);
    this.rows = rules.media.map((rule) => ruleRow(rule, all));
    const columns = ["mediaRules.medium", "mediaRules.weight", "mediaRules.most", "mediaRules.interruptedBy"].map((key) => t(key));
    this.rules.replaceChildren(
      h("label", { class: "media-capacity" }, h("span", { class: "form-label" }, t("mediaRules.capacity")), this.capacity, h("small", { class: "muted" }, t("mediaRules.capacityHint"))),
      h("table", { class: "media-table" }, h("thead", {}, h("tr", {}, columns.map((words) => h("th", { scope: "col" }, words)))), h("tbody", {}, this.rows.map((row) => row.element))));
    this.button.disabled = false;
  }

  async #store(event) {
    event.preventDefault();
    setText(this.problem, "");
    setText(this.done, "");
    this.button.disabled = true;
    try {
      this.#show(await sendJSON("PUT", rulesPath, { capacity: this.capacity.valueAsNumber, media: this.rows.map((row) => row.value()) }));
      setText(this.done, t("manage.saved"));
      this.#draw();
    } catch (error) {
      setText(this.problem, failureText(error));
    } finally {
      this.button.disabled = false;
    }
  }

  #draw() {
    if (!this.#users) return;
    const wanted = this.search.input.value.trim().toLowerCase();
    const users = this.#users.filter((one) => `${one.user} ${one.name}`.toLowerCase().includes(wanted));
    const all = this.known.media;
    const table = tableCard(t("mediaRules.agents"), [t("skills.agent"), t("mediaRules.capacity"), ...all.map(({ medium }) => t("mediaRules.mostOf", { medium: word(medium) })), ""]);
    table.body.replaceChildren(...users.slice(0, this.#shown).map((user) => agentRow(user, this.known)));
    table.more.hidden = users.length <= this.#shown;
    table.more.onclick = () => {
      this.#shown += shownAtOnce;
      this.#draw();
    };
    setText(table.empty, users.length > 0 ? "" : t("manage.nothingFound"));
    table.empty.hidden = users.length > 0;
    this.agents.replaceChildren(table.element);
  }
}

const figure = (value, min, max, attributes = {}) => h("input", { type: "number", min, max, step: 1, value: value ?? "", ...attributes });

/** One medium: what an item takes of an agent, how many he has at once, and what takes him away from it. */
function ruleRow({ medium, weight, most, interruptedBy }, all) {
  const isVoice = medium === "voice";
  const weightField = figure(weight, 1, 100, { required: true, "data-rule": `${medium}.weight`, "aria-label": `${word(medium)}: ${t("mediaRules.weight")}` });
  const mostField = figure(most, 0, isVoice ? 1 : 50, { required: true, "data-rule": `${medium}.most`, "aria-label": `${word(medium)}: ${t("mediaRules.most")}` });
  const boxes = all.filter((other) => other !== medium).map((other) => [other, h("input", { type: "checkbox", checked: interruptedBy.includes(other), "data-rule": `${medium}.${other}` })]);
  return {
    element: h("tr", { "data-medium": medium }, h("th", { scope: "row" }, word(medium)), h("td", {}, weightField), h("td", {}, mostField),
      h("td", {}, isVoice ? h("span", { class: "muted" }, t("mediaRules.never")) : h("div", { class: "media-boxes" }, boxes.map(([other, box]) => h("label", {}, box, word(other)))))),
    value: () => ({
      medium, weight: weightField.valueAsNumber, most: mostField.valueAsNumber,
      interruptedBy: isVoice ? [] : boxes.filter(([, box]) => box.checked).map(([other]) => other),
    }),
  };
}

/** An agent's own figures, saved when one leaves a field; empty: as for all. */
function agentRow({ user, name }, rules) {
  const note = h("span", { class: "saving", role: "status" });
  const problem = h("span", { class: "problem", role: "alert" });
  const field = (words, max, usual, key) => figure("", key === "capacity" ? 1 : 0, max, { disabled: true, placeholder: String(usual), "data-capacity": key, "aria-label": `${name}: ${words}`, onchange: store });
  const capacity = field(t("mediaRules.capacity"), 1000, rules.capacity, "capacity");
  const most = rules.media.map((rule) => [rule.medium, field(t("mediaRules.mostOf", { medium: word(rule.medium) }), rule.medium === "voice" ? 1 : 50, rule.most, rule.medium)]);
  const fields = [capacity, ...most.map(([, input]) => input)];
  getJSON(capacityPath(user)).then(show, (error) => setText(problem, failureText(error)));
  let running = Promise.resolve();
  let waiting = 0;
  const element = h("tr", { "data-item": user }, h("th", { scope: "row" }, name, name === user ? null : h("small", { class: "muted" }, ` ${user}`)),
    fields.map((input) => h("td", {}, input)), h("td", {}, note, problem));
  return element;

  function show(value) {
    capacity.value = value.capacity ?? "";
    for (const [medium, input] of most) input.value = (value.most ?? []).find((one) => one.medium === medium)?.most ?? "";
    for (const input of fields) input.disabled = false;
  }

  /** One after the other: what was typed last is what is kept. */
  function store() {
    const wrong = fields.find((input) => !input.checkValidity());
    if (wrong) return wrong.reportValidity();
    waiting += 1;
    element.dataset.saving = true;
    running = running.then(keep).then(() => (element.dataset.saving = (waiting -= 1) > 0));
  }

  async function keep() {
    setText(problem, "");
    setText(note, "");
    try {
      const wish = { most: most.filter(([, input]) => input.value !== "").map(([medium, input]) => ({ medium, most: input.valueAsNumber })) };
      if (capacity.value !== "") wish.capacity = capacity.valueAsNumber;
      await sendJSON("PUT", capacityPath(user), wish);
      setText(note, t("manage.saved"));
    } catch (error) {
      setText(problem, failureText(error));
    }
  }
}

customElements.define("media-rules", MediaRules);
