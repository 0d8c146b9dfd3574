// The flow as it is written: for experts, for keeping it elsewhere, and for bringing it from there.
import { h, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { saveFile } from "./save-file.js";

/** The panel of the document's text. What is typed counts when it is taken over. */
export class FlowJSON {
  #work;
  #shown = null;

  constructor(work) {
    this.#work = work;
    this.text = h("textarea", { class: "code document", spellcheck: "false", rows: 24, "aria-label": t("json.title"), "data-json": true });
    this.problem = h("p", { class: "problem", role: "alert" });
    const file = h("input", { type: "file", accept: ".json,application/json", class: "visually-hidden", onchange: () => this.#read(file) });
    this.element = h("div", { class: "form" }, h("p", { class: "hint" }, t("json.hint")), this.text, this.problem,
      h("div", { class: "form-row" },
        h("button", { type: "button", class: "small primary", "data-command": "applyJSON", onclick: () => this.#apply() }, t("json.apply")),
        h("button", { type: "button", class: "small", onclick: () => this.#export() }, t("json.export")),
        h("label", { class: "small file-button" }, t("json.import"), file)));
  }

  show({ document }, isOpen) {
    if (!isOpen || document === this.#shown) return;
    this.#shown = document;
    this.text.value = JSON.stringify(document, null, 2);
  }

  #apply() {
    try {
      const document = JSON.parse(this.text.value);
      if (document === null || typeof document !== "object" || Array.isArray(document)) throw new Error(t("json.noObject"));
      const nodes = document.nodes;
      if (nodes !== undefined && (nodes === null || typeof nodes !== "object" || Array.isArray(nodes))) throw new Error(t("json.noObject"));
      setText(this.problem, "");
      this.#work.edit({ ...document, nodes: nodes ?? {} }, { select: null });
    } catch (error) {
      setText(this.problem, t("form.notJSON", { message: error.message }));
    }
  }

  #export() {
    const { document: flow, flowID } = this.#work.state;
    const address = URL.createObjectURL(new Blob([JSON.stringify(flow, null, 2)], { type: "application/json" }));
    saveFile(address, `${flowID}.json`);
  }

  async #read(file) {
    const [chosen] = file.files;
    if (!chosen) return;
    this.text.value = await chosen.text();
    file.value = "";
    this.#apply();
  }
}

