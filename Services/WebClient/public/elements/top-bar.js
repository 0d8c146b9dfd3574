// The bar on top: the agent's state with its timer, the buttons that change it, line, network, person.
import { clockText, milliseconds } from "../core/clock.js";
import { h, icon, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { dial, pause, ready, signOut } from "../desk/commands.js";
import { allowed } from "../desk/state.js";
import { store } from "../desk/store.js";
import { languageButton } from "./entry.js";
import { manageLink } from "./manage-link.js";
import { menuButton } from "./menu-button.js";
import "./phone-line.js";
import { Part } from "./part.js";

const statuses = {
  signedOut: "status.signedOut",
  ready: "status.ready",
  paused: "status.paused",
  ringing: "status.ringing",
  talking: "status.talking",
  afterCallWork: "status.afterCallWork",
};

const reasons = {
  lunch: "reason.lunch",
  break: "reason.break",
  meeting: "reason.meeting",
  training: "reason.training",
  paperwork: "reason.paperwork",
};

/** Reasons that the suite itself gives. */
const ownReasons = {
  signedIn: "reason.signedIn",
  missed: "reason.missed",
  phoneUnreachable: "reason.phoneUnreachable",
  sessionExpired: "reason.sessionExpired",
  supervisor: "reason.supervisor",
  preview: "reason.preview",
};

const feeds = { open: "network.open", connecting: "network.connecting", lost: "network.lost", closed: "network.lost" };

/** The agent's own state and what he can make of it. */
class TopBar extends Part {
  build() {
    this.status = h("span", { class: "state-name" });
    this.timer = h("span", { class: "state-timer", role: "timer", "aria-live": "off" });
    this.state = h("div", { class: "state" }, h("span", { class: "state-dot" }), this.status, this.timer);
    this.spoken = h("span", { class: "visually-hidden", role: "status", "aria-live": "polite" });
    this.ready = h("button", { type: "button", class: "go", "data-command": "ready", onclick: ready }, t("state.ready"));
    this.pause = pauseMenu(store.state.pauseReasons);
    this.pauseReasons = store.state.pauseReasons;
    this.number = h("input", { name: "dial", type: "tel", autocomplete: "off", maxlength: "32", placeholder: t("dial.number"), "aria-label": t("dial.number") });
    this.call = h("button", { type: "submit", "data-command": "dial" }, t("dial.call"));
    this.dial = h("form", { class: "dial", onsubmit: (event) => this.#dial(event) }, this.number, this.call);
    this.leave = h("button", { type: "button", class: "quiet", "data-command": "signOut", onclick: signOut }, t("signOut"));
    this.line = h("phone-line");
    this.network = h("span", { class: "network", role: "status" });
    this.person = h("span", { class: "person" });
    return [
      h("div", { class: "brand" }, h("span", { class: "brand-mark" }, icon("bell")), h("strong", {}, t("brand"))),
      this.state, this.spoken, this.ready, this.pause.whole, this.dial,
      h("span", { class: "spring" }),
      this.network, this.line, this.person, manageLink(), languageButton(), this.leave,
    ];
  }

  async #dial(event) {
    event.preventDefault();
    const number = this.number.value.replace(/[\s()-]/g, "");
    if (number && await dial(number)) this.number.value = "";
  }

  update(state) {
    const { agent, session } = state;
    const can = allowed(state);
    const name = statusText(agent);
    this.state.dataset.status = agent.status;
    setText(this.status, name);
    setText(this.spoken, name);
    if (state.pauseReasons !== this.pauseReasons) {
      const menu = pauseMenu(this.pauseReasons = state.pauseReasons);
      this.pause.whole.replaceWith(menu.whole);
      this.pause = menu;
    }
    this.ready.disabled = !can.ready || Boolean(state.pending);
    this.pause.button.disabled = !can.pause || Boolean(state.pending);
    this.call.disabled = !can.dial || Boolean(state.pending);
    this.leave.disabled = !can.signOut || Boolean(state.pending);
    setText(this.network, t(feeds[state.feed] ?? "network.lost"));
    this.network.dataset.feed = state.feed;
    setText(this.person, session?.user?.name ?? "");
    this.person.title = session?.tenant ?? "";
  }

  tick(now) {
    const since = milliseconds(store.state.agent?.since);
    setText(this.timer, since === null ? "" : clockText(now - since));
  }
}

/** The tenant's own reasons, with how long each may last; the usual ones where it has none. */
function pauseMenu(own) {
  const usual = Object.keys(reasons).map((reason) => ({ reason }));
  const entries = (own.length > 0 ? own : usual).map(({ reason, limitMinutes }) => {
    const name = Object.hasOwn(reasons, reason) ? t(reasons[reason]) : reason;
    return [reason, limitMinutes ? t("reason.limited", { reason: name, minutes: limitMinutes }) : name];
  });
  return menuButton(t("state.pause"), entries, pause, { "data-command": "pause" });
}

/** `Paused: lunch` */
function statusText(agent) {
  const name = t(statuses[agent.status] ?? "status.signedOut");
  if (agent.status !== "paused" || !agent.pauseReason) return name;
  const known = { ...reasons, ...ownReasons };
  const reason = Object.hasOwn(known, agent.pauseReason) ? t(known[agent.pauseReason]) : agent.pauseReason;
  return t("status.pausedBecause", { reason });
}

customElements.define("top-bar", TopBar);
