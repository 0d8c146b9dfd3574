// All flows: which version calls begin with, whether somebody works at a newer one, and which numbers lead there.
import { h, icon, setText } from "../core/dom.js";
import { currentLanguage, t } from "../core/texts.js";
import { loadFlows, saveDraft } from "../flows/requests.js";
import { addressOf } from "../manage/screens.js";
import { ask } from "./dialog.js";
import { failureText } from "./failure.js";
import { instantText } from "./flow-versions.js";
import { Part } from "./part.js";
import { formLine, screenHead, searchField } from "./screen-parts.js";

/** The table of flows. */
class FlowList extends Part {
  #flows = null;

  build() {
    this.search = searchField(() => this.#draw());
    this.body = h("tbody");
    this.empty = h("p", { class: "empty-line muted", role: "status" });
    const columns = ["flows.id", "flows.name", "flows.version", "flows.draft", "numbers.title", "flows.changedAt"];
    this.#load();
    return [
      screenHead(t("screen.flows"), t("flows.hint"), this.search,
        h("button", { type: "button", class: "primary", "data-command": "newFlow", onclick: () => this.#make() }, icon("more"), t("flows.new"))),
      h("section", { class: "card" }, h("div", { class: "table-frame", tabindex: "0", role: "region", "aria-label": t("screen.flows") },
        h("table", {}, h("thead", {}, h("tr", {}, columns.map((key) => h("th", { scope: "col" }, t(key))))), this.body), this.empty)),
    ];
  }

  async #load() {
    setText(this.empty, t("manage.loading"));
    try {
      this.#flows = await loadFlows();
      setText(this.empty, "");
    } catch (error) {
      setText(this.empty, failureText(error));
    }
    this.#draw();
  }

  #draw() {
    const wanted = this.search.input.value.trim().toLowerCase();
    const flows = (this.#flows ?? []).filter((flow) => `${flow.flowID} ${flow.name ?? ""} ${flow.numbers.join(" ")}`.toLowerCase().includes(wanted));
    this.body.replaceChildren(...flows.map(row));
    if (this.#flows) setText(this.empty, flows.length > 0 ? "" : this.#flows.length === 0 ? t("flows.none") : t("manage.nothingFound"));
    this.empty.hidden = this.empty.textContent === "";
  }

  #make() {
    const id = h("input", { required: true, pattern: "[A-Za-z0-9._\\-]{1,64}", "data-new": "id", "data-first-focus": true, spellcheck: "false" });
    const name = h("input", { required: true, maxlength: "100", "data-new": "name" });
    const language = h("select", {}, h("option", { value: "zh" }, t("choice.zh")), h("option", { value: "en", selected: currentLanguage() === "en" }, t("choice.en")));
    return ask({
      title: t("flows.new"), submit: t("flows.create"),
      body: h("div", { class: "form" }, formLine(t("flows.name"), name), formLine(t("flows.id"), id, t("flows.idHint")), formLine(t("flows.language"), language)),
      act: async () => {
        if (this.#flows?.some((flow) => flow.flowID === id.value)) throw new Error(t("flows.idTaken"));
        await saveDraft(id.value, firstDocument(name.value.trim(), language.value), 0);
        location.hash = addressOf("flows", id.value);
      },
    });
  }
}

/** With what a flow begins: a greeting, then the end. */
export function firstDocument(name, language) {
  return {
    schema: 1, name, language, start: "greeting",
    nodes: {
      greeting: { type: "play", prompts: [{ say: language === "zh" ? "您好，欢迎致电。" : "Welcome." }], next: "end" },
      end: { type: "hangUp" },
    },
  };
}

function row(flow) {
  return h("tr", { "data-flow": flow.flowID },
    h("th", { scope: "row" }, h("a", { href: addressOf("flows", flow.flowID) }, flow.flowID)),
    h("td", {}, flow.name ?? h("span", { class: "muted" }, t("flows.notPublished"))),
    h("td", { class: "figure" }, flow.version > 0 ? t("versions.number", { version: flow.version }) : "–"),
    h("td", {}, flow.draft ? h("span", { class: "badge draft", title: `${flow.draft.savedBy} · ${instantText(flow.draft.savedAt)}` }, t("flows.hasDraft", { who: flow.draft.savedBy })) : ""),
    h("td", {}, flow.numbers.map((number) => h("span", { class: "chip" }, number === "*" ? t("numbers.all") : number))),
    h("td", { class: "when" }, instantText(flow.draft?.savedAt ?? flow.changedAt)));
}

customElements.define("flow-list", FlowList);
