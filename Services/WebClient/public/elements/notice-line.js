// One line that says why: a refused command, a missed call, a session that ended.
import { h, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { store } from "../desk/store.js";
import { serviceText } from "./failure.js";
import { Part } from "./part.js";

const outcomes = {
  noAnswer: "notice.noAnswer",
  rejected: "notice.rejected",
  busy: "notice.busy",
  callerGone: "notice.callerGone",
  agentGone: "notice.offerFailed",
  failed: "notice.offerFailed",
  answeredElsewhere: "notice.answeredElsewhere",
};

/** A notice of the state, in words. */
export function noticeText(notice) {
  switch (notice.kind) {
    case "network": return t("notice.network");
    case "expired": return t("notice.expired");
    case "refused": return t("notice.refused", { message: serviceText(notice) });
    case "offerEnded": return t(outcomes[notice.outcome] ?? "notice.offerFailed");
    default: return "";
  }
}

/** The notice above the desk, until it is closed or the next command. */
class NoticeLine extends Part {
  build() {
    this.text = h("span");
    const close = h("button", {
      type: "button", class: "quiet", onclick: () => store.send({ type: "noticeClosed" }),
    }, t("notice.close"));
    this.line = h("div", { class: "notice", role: "status", "aria-live": "polite" }, this.text, close);
    return [this.line];
  }

  update({ notice }) {
    setText(this.text, notice ? noticeText(notice) : "");
    this.line.classList.toggle("is-shown", Boolean(notice));
    this.line.lastElementChild.hidden = !notice;
  }
}

customElements.define("notice-line", NoticeLine);
