// The full-width bar of the present call: who calls, how long, and what can be done.
import { clockText, milliseconds } from "../core/clock.js";
import { h, icon, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { callerName } from "../desk/attention.js";
import {
  answer, chooseDisposition, complete, decline, extend, finish, giveUp, hangUp, hold, join, park, pauseRecording,
  resumeRecording, retrieve, startRecording, stopRecording, swap, writeNote,
} from "../desk/commands.js";
import { dispositions } from "../desk/dispositions.js";
import { toggleMute } from "../desk/phone.js";
import { allowed, callPhase } from "../desk/state.js";
import { store } from "../desk/store.js";
import { toggleTargets } from "./call-company.js";
import { toggleKeypad } from "./call-keypad.js";
import { Part } from "./part.js";

const headings = {
  offered: "bar.offered",
  dialling: "bar.dialling",
  talking: "bar.talking",
  held: "bar.held",
  afterCallWork: "bar.afterCallWork",
};

const recordings = { on: "bar.recording.on", paused: "bar.recording.paused" };

/** Shown from ring to the end of after-call work. */
class CallBar extends Part {
  build() {
    this.heading = h("span", { class: "call-heading" });
    this.name = h("span", { class: "call-name" });
    this.vip = h("span", { class: "vip" }, icon("star"), t("customer.vip"));
    this.number = h("span", { class: "call-number" });
    this.facts = h("span", { class: "call-facts" });
    this.recording = h("span", { class: "call-recording", role: "status" });
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
      keys: button("keys", "menu", t("action.keys"), "", toggleKeypad),
      consult: button("consult", "ask", t("action.consult"), "Ctrl+Shift+T", toggleTargets),
      swap: button("swap", "swap", t("action.swap"), "", swap),
      join: button("join", "join", t("action.join"), "Ctrl+Shift+C", join),
      complete: button("complete", "done", t("action.complete"), "", complete),
      giveUp: button("giveUp", "back", t("action.giveUp"), "", giveUp),
      park: button("park", "park", t("action.park"), "", park),
      startRecording: button("startRecording", "record", t("action.startRecording"), "", startRecording),
      pauseRecording: button("pauseRecording", "hold", t("action.pauseRecording"), "", pauseRecording),
      resumeRecording: button("resumeRecording", "record", t("action.resumeRecording"), "", resumeRecording),
      stopRecording: button("stopRecording", "stop", t("action.stopRecording"), "", stopRecording),
      hangUp: button("hangUp", "hangUp", t("action.hangUp"), "Ctrl+Shift+E", hangUp),
      extend: button("extend", "more", t("action.extend"), "", extend),
      finish: button("finish", "done", t("action.finish"), "Ctrl+Shift+E", finish),
    };
    this.note = h("input", { name: "note", maxlength: "2000", placeholder: t("disposition.note"), "aria-label": t("disposition.note"),
      oninput: () => writeNote(this.note.value) });
    this.disposition = h("select", { name: "disposition", onchange: () => chooseDisposition(this.disposition.value) },
      h("option", { value: "" }, t("disposition.none")),
      Object.entries(dispositions).map(([value, key]) => h("option", { value }, t(key))));
    this.dispositionField = h("label", { class: "call-disposition" }, h("span", {}, t("disposition.label")), this.disposition, this.note);
    this.spoken = h("span", { class: "visually-hidden", role: "alert" });
    this.bar = h("section", { class: "call", "aria-label": t("bar.label") },
      h("div", { class: "call-who" },
        this.heading,
        h("div", { class: "call-line" }, this.name, this.vip),
        h("div", { class: "call-line call-details" }, this.number, this.facts, this.recording, this.attributeChips)),
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
    setText(this.facts, call ? facts(call, state.names) : "");
    const recording = phase === "talking" || phase === "held" ? call?.recording : "off";
    setText(this.recording, recordings[recording] ? t(recordings[recording]) : "");
    this.recording.dataset.state = recording ?? "off";
    this.attributeChips.replaceChildren(...chips(call));
    this.vip.hidden = !call?.customer?.isVIP;
    this.dispositionField.hidden = !can.finish;
    if (this.disposition.value !== state.disposition) this.disposition.value = state.disposition;
    if (this.note.value !== state.note) this.note.value = state.note;
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
    case "dialling": return up(agent?.since, now, t("bar.ringTime"));
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
function facts(call, { queues }) {
  return [
    call.queueID ? t("bar.queue", { queue: queues.get(call.queueID) ?? call.queueID }) : null,
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
    type: "button", class: `call-button ${name}`, "data-command": name, "aria-keyshortcuts": keys ? keys.replace("Ctrl", "Control") : null,
    title: keys ? `${text} (${keys})` : text, onclick: () => action(),
  }, icon(picture), h("span", {}, text), keys ? h("kbd", {}, keys) : null);
}

customElements.define("call-bar", CallBar);
