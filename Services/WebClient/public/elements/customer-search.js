// A customer is found, and one of his numbers dialled with his record (记录拨号).
import { h, icon, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { dial } from "../desk/commands.js";
import { findCustomers } from "../desk/previews.js";
import { allowed } from "../desk/state.js";
import { failureText } from "./failure.js";
import { Part } from "./part.js";
import { searchField } from "./screen-parts.js";

/** Beside the desk while there is no call. */
class CustomerSearch extends Part {
  #asked = 0;

  build() {
    this.words = searchField(() => this.#find(), t("customer.find"));
    this.found = h("ul", { class: "found-customers", "aria-label": t("customer.find") });
    this.empty = h("p", { class: "muted", role: "status" });
    return [this.words, this.found, this.empty];
  }

  update(state) {
    const can = allowed(state).dial && !state.pending;
    for (const button of this.found.querySelectorAll("button")) button.disabled = !can;
    this.can = can;
  }

  async #find() {
    const words = this.words.input.value.trim();
    const asked = ++this.#asked;
    setText(this.empty, "");
    if (words.length < 1) return this.found.replaceChildren();
    try {
      const customers = await findCustomers(words);
      if (asked !== this.#asked) return;
      this.found.replaceChildren(...customers.map((customer) => this.#row(customer)));
      setText(this.empty, customers.length === 0 ? t("manage.nothingFound") : "");
    } catch (error) {
      if (asked === this.#asked) setText(this.empty, failureText(error));
    }
  }

  #row(customer) {
    const calls = customer.numbers.map((number) => h("button", {
      type: "button", class: "small", "data-command": "dialRecord", disabled: !this.can, "aria-label": t("customer.call", { name: customer.name, number }),
      onclick: () => dial(number.replace(/[\s().-]/g, ""), customer.customerID),
    }, icon("answer"), number));
    return h("li", { "data-customer": customer.customerID }, h("strong", {}, customer.name), h("div", { class: "row-actions" }, calls));
  }
}

customElements.define("customer-search", CustomerSearch);
