// The second page: which telephone rings for this agent.
import { PhoneProblem } from "../core/browserphone.js";
import { h, icon, setText } from "../core/dom.js";
import { rememberedEntry } from "../core/session.js";
import { t } from "../core/texts.js";
import { askForNotifications } from "../desk/attention.js";
import { chooseBrowserPhone, choosePhone, listPhones, noticeOf, signOut } from "../desk/commands.js";
import { entryCard, field } from "./entry.js";
import { manageLink } from "./manage-link.js";
import { noticeText } from "./notice-line.js";
import { phoneProblemText } from "./phone-line.js";
import { Part } from "./part.js";

/** Asks for the extension; until the feed has said where the agent stands, only waits. */
class PhoneChoice extends Part {
  build() {
    const leave = h("button", { type: "button", class: "quiet", onclick: signOut }, t("signOut"));
    this.problem = h("p", { class: "problem", role: "alert" });
    if (this.hasAttribute("data-waiting")) {
      this.waiting = h("p", { role: "status", class: "muted" }, t("phone.connecting"));
      return entryCard(t("phone.title"), this.waiting, this.problem, manageLink(), leave);
    }
    const phone = field(t("phone.extension"), {
      name: "phone", required: true, inputmode: "tel", autocomplete: "off", maxlength: "32", "data-first-focus": true, list: "phones",
      value: rememberedEntry().phone ?? "",
    });
    this.input = phone.input;
    const choice = h("datalist", { id: "phones" });
    listPhones().then((phones) => choice.replaceChildren(...phones.map(phoneOption)));
    this.button = h("button", { type: "submit", class: "primary wide" }, t("phone.submit"));
    const form = h("form", { onsubmit: (event) => this.submit(event) },
      phone.label, choice, h("p", { class: "hint" }, t("phone.hint")), this.problem, this.button);
    this.browser = h("button", {
      type: "button", class: "wide", "data-command": "browserPhone", onclick: () => this.enter(chooseBrowserPhone),
    }, icon("headset"), t("phone.browser"));
    const browser = h("section", { class: "browser-phone" }, this.browser, h("p", { class: "hint" }, t("phone.browserHint")));
    return entryCard(t("phone.title"), this.greeting = h("p", { class: "muted" }), form, browser, manageLink(), leave);
  }

  update(state) {
    if (this.greeting) {
      setText(this.greeting, t("phone.greeting", { name: state.session?.user?.name ?? "", tenant: state.session?.tenant ?? "" }));
    }
    if (this.waiting) setText(this.waiting, state.feed === "lost" ? t("network.lost") : t("phone.connecting"));
  }

  async submit(event) {
    event.preventDefault();
    await this.enter(() => choosePhone(this.input.value.trim()));
  }

  async enter(choose) {
    this.button.disabled = this.browser.disabled = true;
    setText(this.problem, "");
    askForNotifications();
    try {
      await choose();
    } catch (error) {
      setText(this.problem, error instanceof PhoneProblem ? phoneProblemText(error.kind) : noticeText(noticeOf(error)));
    }
    this.button.disabled = this.browser.disabled = false;
  }
}

function phoneOption({ id, displayName }) {
  return h("option", { value: id }, displayName && displayName !== id ? `${id} · ${displayName}` : id);
}

customElements.define("phone-choice", PhoneChoice);
