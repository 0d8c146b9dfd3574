// Numbers that no campaign calls.
import { getJSON } from "../core/api.js";
import { h, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { sendJSON } from "../manage/requests.js";
import { confirmRemoval } from "./dialog.js";
import { failureText } from "./failure.js";
import { instantText } from "./flow-versions.js";
import { removeButton } from "./form-lists.js";
import { Part } from "./part.js";
import { screenHead, tableCard } from "./screen-parts.js";
import { sendEachNumber } from "./several-numbers.js";

const path = "/api/dialer/v1/do-not-call";

class DoNotCallList extends Part {
  #cursor = null;

  build() {
    this.numbers = h("textarea", { rows: 2, required: true, class: "grows", "data-new": "numbers", placeholder: t("lists.numbers"), "aria-label": t("lists.numbers") });
    this.reason = h("input", { maxlength: "200", "data-new": "reason", placeholder: t("doNotCall.reason"), "aria-label": t("doNotCall.reason") });
    this.problem = h("p", { class: "problem", role: "alert" });
    this.table = tableCard(t("screen.doNotCall"), [t("numbers.number"), t("doNotCall.reason"), t("lists.addedBy"), t("lists.addedAt"), t("floor.actions")]);
    this.table.more.onclick = () => this.#read();
    this.#anew();
    return [screenHead(t("screen.doNotCall"), t("doNotCall.hint")),
      h("form", { class: "form-row add-line", onsubmit: (event) => this.#add(event) }, this.numbers, this.reason, h("button", { type: "submit", class: "primary", "data-command": "addNumbers" }, t("form.add"))),
      this.problem, this.table.element];
  }

  #anew() {
    this.#cursor = null;
    this.table.body.replaceChildren();
    return this.#read();
  }

  async #read() {
    try {
      const page = await getJSON(`${path}?limit=100${this.#cursor ? `&cursor=${encodeURIComponent(this.#cursor)}` : ""}`);
      this.#cursor = page.nextCursor ?? null;
      this.table.body.append(...page.items.map((one) => h("tr", { "data-item": one.number },
        h("th", { scope: "row" }, one.number), h("td", {}, one.reason ?? ""), h("td", {}, one.addedBy), h("td", { class: "when" }, instantText(one.addedAt)),
        h("td", {}, removeButton(() => this.#take(one.number), t("lists.take", { number: one.number }))))));
      setText(this.table.empty, this.table.body.children.length > 0 ? "" : t("doNotCall.none"));
    } catch (error) {
      setText(this.table.empty, failureText(error));
    }
    this.table.empty.hidden = this.table.empty.textContent === "";
    this.table.more.hidden = this.#cursor === null;
  }

  async #add(event) {
    event.preventDefault();
    const reason = this.reason.value.trim();
    await sendEachNumber(this.numbers, this.problem, (number) => sendJSON("POST", path, reason === "" ? { number } : { number, reason }));
    await this.#anew();
  }

  async #take(number) {
    if (await confirmRemoval(number, () => sendJSON("DELETE", `${path}/${encodeURIComponent(number)}`))) await this.#anew();
  }
}

customElements.define("do-not-call-list", DoNotCallList);
