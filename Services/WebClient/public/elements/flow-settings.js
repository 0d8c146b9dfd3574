// What is said of the whole flow: its name, its language, where calls begin, and the numbers that lead to it.
import { getJSON } from "../core/api.js";
import { h, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { choiceLabel } from "../flows/labels.js";
import { bindNumber, loadNumbers } from "../flows/requests.js";
import { ask } from "./dialog.js";
import { failureText } from "./failure.js";
import { select } from "./form-fields.js";
import { removeButton } from "./form-lists.js";
import { formLine } from "./screen-parts.js";

/** The panel of the flow itself. */
export class FlowSettings {
  #work;
  #shown = null;
  #isRead = false;

  constructor(work) {
    this.#work = work;
    this.fields = h("div", { class: "form" });
    this.problem = h("p", { class: "problem", role: "alert" });
    this.numbers = h("ul", { class: "numbers" });
    this.number = h("input", { type: "tel", "data-bind": true, maxlength: "32", list: "tenant-numbers", placeholder: t("numbers.placeholder"), "aria-label": t("numbers.number") });
    this.known = h("datalist", { id: "tenant-numbers" });
    this.bind = h("form", { class: "form-row", onsubmit: (event) => this.#bind(event) }, this.number, this.known, h("button", { type: "submit", class: "small", "data-command": "bind" }, t("numbers.bind")));
    this.element = h("div", {}, this.fields, h("section", { class: "form" }, h("h2", {}, t("numbers.title")), h("p", { class: "hint" }, t("numbers.hint")), this.numbers, this.bind, this.problem));
  }

  show(state, isOpen) {
    const { document } = state;
    const content = JSON.stringify([document.name, document.language, document.start, Object.keys(document.nodes)]);
    if (content !== this.#shown) {
      this.#shown = content;
      this.fields.replaceChildren(...this.#build(document));
    }
    this.bind.hidden = !state.published;
    if (isOpen && !this.#isRead) {
      this.#isRead = true;
      this.#load();
    }
  }

  #build(document) {
    const edit = (change, merge) => this.#work.edit({ ...this.#work.state.document, ...change }, merge ? { merge } : {});
    const name = h("input", {
      value: document.name ?? "", maxlength: "100", "data-setting": "name",
      oninput: () => {
        const now = this.#work.state.document;
        this.#shown = JSON.stringify([name.value, now.language, now.start, Object.keys(now.nodes)]);
        edit({ name: name.value }, "name");
      },
    });
    return [
      formLine(t("flows.name"), name),
      formLine(t("flows.language"), select(["zh", "en"].map((one) => [one, choiceLabel(one)]), document.language ?? "zh", (language) => edit({ language }))),
      formLine(t("flows.start"), select(Object.keys(document.nodes).map((one) => [one, one]), document.start ?? "", (start) => edit({ start }))),
    ];
  }

  async #load() {
    try {
      const [bound, known] = await Promise.all([loadNumbers(), getJSON("/api/crm/v1/access-numbers").catch(() => ({ items: [] }))]);
      const mine = bound.filter((one) => one.flow === this.#work.state.flowID);
      this.known.replaceChildren(h("option", { value: "*" }, t("numbers.all")), ...(known.items ?? []).map(({ number }) => h("option", { value: number }, bound.find((one) => one.number === number)?.flow ?? "")));
      this.numbers.replaceChildren(...mine.map(({ number }) => h("li", { "data-number": number },
        h("span", {}, number === "*" ? t("numbers.all") : number), removeButton(() => this.#release(number), t("numbers.release")))));
      if (mine.length === 0) this.numbers.replaceChildren(h("li", { class: "muted" }, this.#work.state.published ? t("numbers.none") : t("numbers.notYet")));
    } catch (error) {
      setText(this.problem, failureText(error));
    }
  }

  async #bind(event) {
    event.preventDefault();
    const number = this.number.value.trim();
    if (!number) return;
    setText(this.problem, "");
    try {
      const other = (await loadNumbers()).find((one) => one.number === number)?.flow;
      const bind = () => bindNumber(number, this.#work.state.flowID);
      if (other && other !== this.#work.state.flowID) {
        await ask({ title: t("numbers.takeTitle", { number }), body: h("p", {}, t("numbers.takeBody", { flow: other })), submit: t("numbers.bind"), act: bind });
      } else await bind();
      this.number.value = "";
      await this.#load();
    } catch (error) {
      setText(this.problem, failureText(error));
    }
  }

  async #release(number) {
    await ask({ title: t("numbers.releaseTitle", { number }), body: h("p", {}, t("numbers.releaseBody")), submit: t("numbers.release"), isDangerous: true, act: () => bindNumber(number, null) });
    await this.#load();
  }
}
