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
import { failureText, serviceText } from "./failure.js";
import { Part } from "./part.js";
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
  /** Rows by their campaigns, with what they show: one that shows the same stays, under the mouse and the keyboard. */
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

  async #load() {
    try {
      const campaigns = await loadAll(path);
      const progress = await Promise.all(campaigns.map(({ id }) => getJSON(at(id, "progress")).then(progressOf).catch(() => null)));
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
    const focused = this.contains(document.activeElement) ? [document.activeElement.closest("tr")?.dataset.item, document.activeElement.dataset.command] : [];
    const rows = shown.map((campaign) => this.#rowOf(campaign));
    if (rows.some((row, index) => row !== this.table.body.children[index]) || rows.length !== this.table.body.children.length) this.table.body.replaceChildren(...rows);
    if (focused[0] && !this.contains(document.activeElement)) this.table.body.querySelector(`tr[data-item="${CSS.escape(focused[0])}"] [data-command="${focused[1]}"]`)?.focus();
    setText(this.table.empty, shown.length > 0 ? "" : this.#campaigns.length > 0 ? t("manage.nothingFound") : t("campaigns.none"));
    this.table.empty.hidden = this.table.empty.textContent === "";
  }

  #rowOf(campaign) {
    const shows = JSON.stringify([campaign, this.#progress.get(campaign.id)]);
    if (this.#rows.get(campaign.id)?.shows !== shows) this.#rows.set(campaign.id, { shows, element: this.#row(campaign) });
    return this.#rows.get(campaign.id).element;
  }

  #row(campaign) {
    const { id, isRunning } = campaign;
    const button = (command, words, act, more = {}) => h("button", { type: "button", class: "small", "data-command": command, onclick: act, ...more }, words);
    return h("tr", { "data-item": id }, h("th", { scope: "row" }, campaign.name), h("td", {}, choiceLabel(campaign.mode)), h("td", {}, campaign.queueID),
      h("td", {}, isRunning ? t("campaigns.running") : t("campaigns.paused")), h("td", {}, progressText(this.#progress.get(id))),
      h("td", {}, h("div", { class: "row-actions" },
        isRunning ? button("pause", t("campaigns.pause"), () => this.#set(id, "pause")) : button("start", t("campaigns.start"), () => this.#set(id, "start")),
        button("numbers", t("campaigns.numbers"), () => this.#addNumbers(campaign)), button("results", t("campaigns.results"), () => this.#saveResults(campaign)),
        button("edit", t("manage.edit"), () => this.#edit(campaign)),
        button("remove", t("dialog.remove"), () => this.#remove(campaign), { class: "small danger", disabled: isRunning, title: isRunning ? t("campaigns.pauseFirst") : null }))));
  }

  async #try(act) {
    setText(this.problem, "");
    try {
      await act();
    } catch (error) {
      setText(this.problem, failureText(error));
    }
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
      const address = URL.createObjectURL(await (await send("GET", at(id, "attempts.csv"))).blob());
      h("a", { href: address, download: `${name}.csv` }).click();
      setTimeout(() => URL.revokeObjectURL(address), 10_000);
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
