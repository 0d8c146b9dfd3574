// The full-width bar of the present call: who calls, how long, and what can be done.
import { clockText, milliseconds } from "../core/clock.js";
import { h, icon, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { callerName } from "../desk/attention.js";
import { answer, chooseDisposition, decline, finish, hangUp, hold, retrieve } from "../desk/commands.js";
import { dispositions } from "../desk/dispositions.js";
import { toggleMute } from "../desk/phone.js";
import { allowed, callPhase } from "../desk/state.js";
import { store } from "../desk/store.js";
import { Part } from "./part.js";

const headings = {
  offered: "bar.offered",
  talking: "bar.talking",
  held: "bar.held",
  afterCallWork: "bar.afterCallWork",
};

/** Shown from ring to the end of after-call work. */
class CallBar extends Part {
  build() {
    this.heading = h("span", { class: "call-heading" });
    this.name = h("span", { class: "call-name" });
    this.vip = h("span", { class: "vip" }, icon("star"), t("customer.vip"));
    this.number = h("span", { class: "call-number" });
    this.facts = h("span", { class: "call-facts" });
    this.attributeChips = h("ul", { class: "call-attributes", "aria-label": t("customer.attributes") });
    this.timer = h("span", { class: "call-timer", role: "timer", "aria-live": "off" });
    this.timerLabel = h("span", { class: "call-timer-label" });
    this.buttons = {
      answer: button("answer", "answer", t("action.answer"), "Ctrl+Shift+A", answer),
      decline: button("decline", "hangUp", t("action.decline"), "Ctrl+Shift+D", decline),
      hold: button("hold", "hold", t("action.hold"), "Ctrl+Shift+H", hold),
      retrieve: button("retrieve", "retrieve", t("action.retrieve"), "Ctrl+Shift+H", retrieve),
      mute: button("mute", "mute", t("action.mute"), "Ctrl+Shift+M", toggleMute),
      unmute: button("unmute", "microphone", t("action.unmute"), "Ctrl+Shift+M", toggleMute),
      hangUp: button("hangUp", "hangUp", t("action.hangUp"), "Ctrl+Shift+E", hangUp),
      finish: button("finish", "done", t("action.finish"), "Ctrl+Shift+E", finish),
    };
    this.disposition = h("select", { name: "disposition", onchange: () => chooseDisposition(this.disposition.value) },
      h("option", { value: "" }, t("disposition.none")),
      Object.entries(dispositions).map(([value, key]) => h("option", { value }, t(key))));
    this.dispositionField = h("label", { class: "call-disposition" }, h("span", {}, t("disposition.label")), this.disposition);
    this.spoken = h("span", { class: "visually-hidden", role: "alert" });
    this.bar = h("section", { class: "call", "aria-label": t("bar.label") },
      h("div", { class: "call-who" },
        this.heading,
        h("div", { class: "call-line" }, this.name, this.vip),
        h("div", { class: "call-line call-details" }, this.number, this.facts, this.attributeChips)),
      this.dispositionField,
      h("div", { class: "call-time" }, this.timer, this.timerLabel),
      h("div", { class: "call-buttons" }, Object.values(this.buttons)));
    return [this.spoken, this.bar];
  }

  update(state) {
    const phase = callPhase(state);
    this.bar.hidden = phase === null;
    this.bar.dataset.phase = phase ?? "";
    this.bar.dataset.call = state.call?.callID ?? "";
    if (phase === null) return setText(this.spoken, "");
    const { call } = state;
    const can = allowed(state);
    setText(this.heading, t(headings[phase]));
    setText(this.name, call ? callerName(call) : "");
    setText(this.number, call?.customer?.name ? call.customerNumber : "");
    setText(this.facts, call ? facts(call) : "");
    this.attributeChips.replaceChildren(...chips(call));
    this.vip.hidden = !call?.customer?.isVIP;
    this.dispositionField.hidden = !can.finish;
    if (this.disposition.value !== state.disposition) this.disposition.value = state.disposition;
    for (const [name, element] of Object.entries(this.buttons)) {
      element.hidden = !can[name];
      element.disabled = Boolean(state.pending);
    }
    setText(this.spoken, phase === "offered" ? t("bar.spoken", { name: callerName(call) }) : "");
  }

  tick(now) {
    const { agent, call } = store.state;
    const time = phaseTime(callPhase(store.state), agent, call, now);
    if (!time) return;
    setText(this.timer, clockText(time.duration));
    setText(this.timerLabel, time.label);
  }
}

/** What the timer of a phase shows: counting up since an instant of the server, or down to one. */
function phaseTime(phase, agent, call, now) {
  switch (phase) {
    case "offered": return down(call.expiresAt ?? agent?.until, now, t("bar.untilExpiry"));
    case "talking": return up(call.answeredAt ?? agent?.since, now, t("bar.talkTime"));
    case "held": return up(call.heldAt ?? call.answeredAt, now, t("bar.holdTime"));
    case "afterCallWork":
      return agent.until ? down(agent.until, now, t("bar.untilReady")) : up(agent.since, now, t("bar.workTime"));
    default: return null;
  }
}

function up(since, now, label) {
  const instant = milliseconds(since);
  return instant === null ? null : { duration: now - instant, label };
}

function down(until, now, label) {
  const instant = milliseconds(until);
  return instant === null ? null : { duration: instant - now + 999, label };
}

/** Queue and access number in one line. */
function facts(call) {
  return [
    call.queueID ? t("bar.queue", { queue: call.queueID }) : null,
    call.accessNumber ? t("bar.accessNumber", { number: call.accessNumber }) : null,
  ].filter(Boolean).join(" · ");
}

/** The first of what the IVR learnt; all of it stands in the customer's panel. */
function chips(call) {
  return Object.entries(call?.attributes ?? {}).slice(0, 4)
    .map(([name, value]) => h("li", {}, h("span", {}, name), String(value)));
}

function button(name, picture, text, keys, action) {
  return h("button", {
    type: "button", class: `call-button ${name}`, "data-command": name, "aria-keyshortcuts": keys.replace("Ctrl", "Control"),
    title: `${text} (${keys})`, onclick: action,
  }, icon(picture), h("span", {}, text), h("kbd", {}, keys));
}

customElements.define("call-bar", CallBar);
