// Which telephone this agent has, and how the one in his browser is.
import { h, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { retryPhone } from "../desk/phone.js";
import { isBrowserPhone } from "../desk/state.js";
import { Part } from "./part.js";

const values = {
  off: "phone.browserConnecting",
  connecting: "phone.browserConnecting",
  connected: "phone.browserConnected",
  reconnecting: "phone.browserReconnecting",
};

const problems = {
  insecure: "phone.problemInsecure",
  denied: "phone.problemDenied",
  missing: "phone.problemMissing",
  busy: "phone.problemBusy",
  otherTab: "phone.problemOtherTab",
  taken: "phone.problemTaken",
  unreachable: "phone.problemUnreachable",
};

export function phoneProblemText(kind) {
  return t(problems[kind] ?? "phone.problemFailed");
}

/** `Extension 1001`, or the browser's telephone with its state; what is wrong with it, and a button to try again. */
class PhoneLine extends Part {
  build() {
    this.text = h("span", { class: "line", role: "status" });
    this.retry = h("button", { type: "button", class: "small", "data-command": "retryPhone", onclick: retryPhone }, t("phone.retry"));
    return [this.text, this.retry];
  }

  update({ agent, phone }) {
    const isHere = isBrowserPhone(agent?.phoneID);
    this.dataset.phone = isHere ? phone.value : "extension";
    this.retry.hidden = !isHere || phone.value !== "ended";
    if (!isHere) return setText(this.text, t("phone.line", { phone: agent?.phoneID ?? "–" }));
    setText(this.text, phone.problem ? phoneProblemText(phone.problem) : t(values[phone.value] ?? "phone.browserConnecting"));
  }
}

customElements.define("phone-line", PhoneLine);
