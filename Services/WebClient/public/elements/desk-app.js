// The page: sign-in, choice of the phone, or the desk.
import { h } from "../core/dom.js";
import { page } from "../desk/state.js";
import { store } from "../desk/store.js";
import "./sign-in.js";
import "./phone-choice.js";
import "./top-bar.js";
import "./call-bar.js";
import "./call-company.js";
import "./call-keypad.js";
import "./floor-queues.js";
import "./supervisor-desk.js";
import "./contact-list.js";
import "./preview-panel.js";
import "./customer-panel.js";
import "./notice-line.js";
import "./work-panel.js";

/** Shows one of the pages. Starts when the texts are there. */
class DeskApp extends HTMLElement {
  #shown = null;

  static start() {
    document.querySelector("desk-app").begin();
  }

  begin() {
    store.watch(() => this.#show());
    this.#show();
  }

  #show() {
    const wanted = page(store.state);
    if (wanted === this.#shown) return;
    this.#shown = wanted;
    this.dataset.page = wanted;
    this.replaceChildren(...pages[wanted]());
    this.querySelector("[data-first-focus]")?.focus();
  }
}

const pages = {
  "sign-in": () => [h("sign-in")],
  connecting: () => [h("phone-choice", { "data-waiting": true })],
  phone: () => [h("phone-choice")],
  // Agents never load what those who manage need; the element becomes what it is when its module is there.
  manage: () => {
    import("./manage-app.js");
    return [h("manage-app")];
  },
  desk: () => [
    h("top-bar", { role: "banner" }),
    h("notice-line"),
    h("call-bar"),
    h("call-company"),
    h("call-keypad"),
    h("main", { class: "desk" }, h("div", { class: "desk-main" }, h("work-panel"), h("floor-queues"), h("supervisor-desk"), h("preview-panel"), h("contact-list")), h("customer-panel")),
  ],
};

customElements.define("desk-app", DeskApp);
