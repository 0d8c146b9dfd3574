// The second page: which telephone rings for this agent.
import { h, setText } from "../core/dom.js";
import { rememberedEntry } from "../core/session.js";
import { t } from "../core/texts.js";
import { askForNotifications } from "../desk/attention.js";
import { choosePhone, listPhones, noticeOf, signOut } from "../desk/commands.js";
import { entryCard, field } from "./entry.js";
import { noticeText } from "./notice-line.js";
import { Part } from "./part.js";

/** Asks for the extension; until the feed has said where the agent stands, only waits. */
class PhoneChoice extends Part {
  build() {
    const leave = h("button", { type: "button", class: "quiet", onclick: signOut }, t("signOut"));
    this.problem = h("p", { class: "problem", role: "alert" });
    if (this.hasAttribute("data-waiting")) {
      this.waiting = h("p", { role: "status", class: "muted" }, t("phone.connecting"));
      return entryCard(t("phone.title"), this.waiting, this.problem, leave);
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
    return entryCard(t("phone.title"), this.greeting = h("p", { class: "muted" }), form, leave);
  }

  update(state) {
    if (this.greeting) {
      setText(this.greeting, t("phone.greeting", { name: state.session?.user?.name ?? "", tenant: state.session?.tenant ?? "" }));
    }
    if (this.waiting) setText(this.waiting, state.feed === "lost" ? t("network.lost") : t("phone.connecting"));
  }

  async submit(event) {
    event.preventDefault();
    this.button.disabled = true;
    setText(this.problem, "");
    askForNotifications();
    try {
      await choosePhone(this.input.value.trim());
    } catch (error) {
      setText(this.problem, noticeText(noticeOf(error)));
    }
    this.button.disabled = false;
  }
}

function phoneOption({ id, displayName }) {
  return h("option", { value: id }, displayName && displayName !== id ? `${id} · ${displayName}` : id);
}

customElements.define("phone-choice", PhoneChoice);
