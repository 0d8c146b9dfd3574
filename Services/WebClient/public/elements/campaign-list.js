// Campaigns: what is called and how, whether it is called now, how far it has come.
import { getJSON, send } from "../core/api.js";
import { h, icon, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { choiceLabel } from "../flows/labels.js";
import { loadAll } from "../flows/requests.js";
import { numberRows, progressOf } from "../manage/campaigns.js";
import { choicesFor, loadAccessNumbers, loadChoices, schemasOf, sendJSON } from "../manage/requests.js";
import { ask, confirmRemoval } from "./dialog.js";
import { editDialog } from "./edit-dialog.js";
import { attempt, failureText, serviceText } from "./failure.js";
import { Part } from "./part.js";
import { saveFile } from "./save-file.js";
import { formLine, screenHead, searchField, tableCard } from "./screen-parts.js";

const path = "/api/dialer/v1/campaigns";
const at = (id, ...steps) => [path, encodeURIComponent(id), ...steps].join("/");
/** What cannot be left out of a new one; the service's description, which is for changes too, asks for nothing. */
const needed = ["name", "queueID", "fromNumber"];
const pause = 5_000;

class CampaignList extends Part {
  #campaigns = null;
  #progress = new Map();
  #looking = null;
  #asked = 0;
  /** `{ element, show }` by campaign. */
  #rows = new Map();

  build() {
    this.#rows.clear();
    this.search = searchField(() => this.#draw());
    this.problem = h("p", { class: "problem", role: "alert" });
    this.table = tableCard(t("screen.campaigns"), ["field.name", "setting.mode", "field.queue", "campaigns.state", "campaigns.progress", "floor.actions"].map((key) => t(key)));
    this.#load();
    return [screenHead(t("screen.campaigns"), t("campaigns.hint"), this.search,
      h("button", { type: "button", class: "primary", "data-command": "new", onclick: () => this.#edit(null) }, icon("more"), t("campaigns.new"))),
    this.problem, this.table.element];
  }

  connectedCallback() {
    super.connectedCallback();
    this.#looking = setInterval(() => document.hidden || this.#load(), pause);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.#looking);
  }

  /** What was asked for before something changed, and comes after it, is not shown. */
  async #load() {
    const number = this.#asked += 1;
    try {
      const campaigns = await loadAll(path);
      const progress = await Promise.all(campaigns.map(({ id }) => getJSON(at(id, "progress")).then(progressOf).catch(() => null)));
      if (number !== this.#asked) return;
      this.#campaigns = campaigns;
      this.#progress = new Map(campaigns.map(({ id }, index) => [id, progress[index]]));
      this.#draw();
    } catch (error) {
      setText(this.table.empty, failureText(error));
      this.table.empty.hidden = false;
    }
  }

  #draw() {
    if (!this.#campaigns) return;
    const wanted = this.search.input.value.trim().toLowerCase();
    const shown = this.#campaigns.filter(({ name }) => name.toLowerCase().includes(wanted));
    const rows = shown.map((campaign) => this.#rowOf(campaign));
    const isSame = rows.length === this.table.body.children.length && rows.every((row, index) => row === this.table.body.children[index]);
    if (!isSame) {
      const focused = document.activeElement;
      this.table.body.replaceChildren(...rows);
      if (this.table.body.contains(focused)) focused.focus();
    }
    setText(this.table.empty, shown.length > 0 ? "" : this.#campaigns.length > 0 ? t("manage.nothingFound") : t("campaigns.none"));
    this.table.empty.hidden = this.table.empty.textContent === "";
  }

  /** The row of a campaign, which is changed in place: nothing is taken away under a mouse or a keyboard. */
  #rowOf(campaign) {
    if (!this.#rows.has(campaign.id)) this.#rows.set(campaign.id, this.#makeRow(campaign.id));
    const { element, show } = this.#rows.get(campaign.id);
    show(campaign, this.#progress.get(campaign.id));
    return element;
  }

  #makeRow(id) {
    const now = () => this.#campaigns.find((campaign) => campaign.id === id);
    const button = (command, key, act) => h("button", { type: "button", class: "small", "data-command": command, onclick: () => now() && act(now()) }, t(key));
    const turn = button("start", "campaigns.start", ({ isRunning }) => this.#set(id, isRunning ? "pause" : "start"));
    const remove = button("remove", "dialog.remove", (campaign) => this.#remove(campaign));
    remove.classList.add("danger");
    const name = h("th", { scope: "row" });
    const [mode, queue, state, progress] = [1, 2, 3, 4].map(() => h("td"));
    const actions = h("div", { class: "row-actions" }, turn, button("numbers", "campaigns.numbers", (campaign) => this.#addNumbers(campaign)),
      button("results", "campaigns.results", (campaign) => this.#saveResults(campaign)), button("edit", "manage.edit", (campaign) => this.#edit(campaign)), remove);
    const show = (campaign, come) => {
      const { isRunning } = campaign;
      setText(name, campaign.name);
      setText(mode, choiceLabel(campaign.mode));
      setText(queue, campaign.queueID);
      setText(state, isRunning ? t("campaigns.running") : t("campaigns.paused"));
      setText(progress, progressText(come));
      setText(turn, isRunning ? t("campaigns.pause") : t("campaigns.start"));
      turn.dataset.command = isRunning ? "pause" : "start";
      remove.disabled = isRunning;
      remove.title = isRunning ? t("campaigns.pauseFirst") : "";
    };
    return { element: h("tr", { "data-item": id }, name, mode, queue, state, progress, h("td", {}, actions)), show };
  }

  async #try(act) {
    await attempt(this.problem, act);
    await this.#load();
  }

  #set(id, verb) {
    return this.#try(() => sendJSON("POST", at(id, verb)));
  }

  #edit(campaign) {
    return this.#try(async () => {
      const [components, choices, numbers] = await Promise.all([schemasOf("dialer"), loadChoices(), loadAccessNumbers()]);
      const all = { ...choices, queueID: choices.queues, fromNumber: Object.assign(numbers, { isHint: true }), agents: choices.users, days: weekdays() };
      await editDialog({
        title: campaign ? t("manage.editTitle", { what: campaign.name }) : t("campaigns.new"), submit: t("manage.save"), id: campaign?.id ?? "",
        schema: { ...components.CampaignWish, required: needed }, components, value: campaign ? changeable(campaign) : fresh(), without: campaign?.isRunning ? ["mode"] : [],
        choices: (field) => choicesFor(all, field),
        save: (id, value) => (campaign ? sendJSON("PATCH", at(id), value) : sendJSON("POST", path, value)),
      });
    });
  }

  async #remove({ id, name }) {
    if (await confirmRemoval(name, () => sendJSON("DELETE", at(id)))) await this.#load();
  }

  async #addNumbers({ id, name }) {
    const text = h("textarea", { rows: 10, required: true, spellcheck: "false", "data-first-focus": true, "data-new": "numbers", placeholder: t("campaigns.listExample") });
    let report = null;
    let lines = [];
    await ask({
      title: t("campaigns.numbersOf", { name }), submit: t("form.add"), body: formLine(t("campaigns.list"), text, t("campaigns.listHint")),
      act: async () => {
        const list = numberRows(text.value);
        lines = list.lines;
        report = await sendJSON("POST", at(id, "numbers"), { numbers: list.rows });
      },
    });
    if (report) await tell(report, lines);
    await this.#load();
  }

  #saveResults({ id, name }) {
    return this.#try(async () => {
      const table = await (await send("GET", at(id, "attempts.csv"))).blob();
      saveFile(URL.createObjectURL(table), `${name}.csv`);
    });
  }
}

/** What became of a list of numbers, and which rows were not taken. */
function tell({ added, duplicates, errors }, lines) {
  return ask({
    title: t("campaigns.added", { count: added }),
    body: [h("p", {}, t("campaigns.taken", { added, duplicates, wrong: errors.length })),
      errors.length > 0 && h("ul", { class: "plain" }, errors.slice(0, 50).map((error) => h("li", {}, t("campaigns.wrongRow", { row: lines[error.row - 1] ?? error.row, number: error.number, message: serviceText(error) }))))],
    close: t("dialog.close"),
  });
}

function progressText(progress) {
  if (!progress) return "–";
  const { open, dialling, previewed, done, all } = progress;
  return all === 0 ? t("campaigns.noNumbers") : t("campaigns.progressOf", { done, all, open, busy: dialling + previewed });
}

/** As the service counts them: 1 is Monday. */
const weekdays = () => Object.assign(["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map((day, index) => [index + 1, choiceLabel(day)]), { isSet: true });

const changeable = ({ id, isRunning, ...settings }) => settings;

/** Hours of the tenant's own day rather than of UTC. */
const fresh = () => ({
  name: "", queueID: "", fromNumber: "", mode: "progressive",
  hours: { timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone || "Asia/Shanghai", from: "09:00", until: "20:00", days: [1, 2, 3, 4, 5, 6, 7] },
});

customElements.define("campaign-list", CampaignList);
