// The button of a web entry, for pages of others: <carillon-call tenant="demo" entry="site"></carillon-call>.
// docs/web-calls.md says what it can be told.

import { LineProblem, VisitorLine } from "./line.js";
import { picture, sheet } from "./look.js";
import { wordsFor } from "./words.js";

const make = (name, properties = {}, ...children) => {
  const { className, ...others } = properties;
  const element = document.createElement(name);
  if (className) element.className = className;
  for (const [key, value] of Object.entries(others)) {
    if (key.startsWith("on")) element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
};

/**
 * Attributes: `tenant` and `entry`; `server`, if it is not where this script is from; `language`; `label`; `visitor-name`,
 * `visitor-number`; every `data-…` goes with the call if the entry has an attribute of that name; `inline` puts it where it
 * stands, else it floats. Tells the event `carillon-call` with the call's state as `detail`. `call()` and `hangUp()` are for scripts.
 */
class CarillonCall extends HTMLElement {
  #line = null;
  #timer = null;
  #parts = null;
  #words = null;

  connectedCallback() {
    if (this.#parts) return;
    this.#words = wordsFor(this.getAttribute("language") ?? document.documentElement.lang ?? navigator.language);
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet()];
    this.#parts = this.#build();
    root.append(this.#parts.call, this.#parts.panel);
    this.#makeLine();
    this.#line.resume();
  }

  async call() {
    if (!["idle", "ended"].includes(this.#line.view.state)) return;
    this.#makeLine();
    try {
      await this.#line.call();
    } catch (error) {
      // What became of it is shown already.
      if (!(error instanceof LineProblem)) throw error;
    }
  }

  hangUp() {
    this.#line.hangUp();
  }

  #makeLine() {
    const server = this.getAttribute("server") ?? new URL("..", import.meta.url).href;
    const steps = [this.getAttribute("tenant") ?? "", this.getAttribute("entry") ?? ""].map(encodeURIComponent).join("/");
    const line = new VisitorLine(new URL(`api/media/v1/web-calls/${steps}`, server.endsWith("/") ? server : `${server}/`).href, this.#visitor(), (view) => {
      if (line === this.#line) this.#show(view);
    });
    this.#line = line;
  }

  /** What the page knows of its visitor. Not what stands behind ? in its address: that is often a secret. */
  #visitor() {
    const said = { page: `${location.origin}${location.pathname}`.slice(0, 256), language: this.#words === wordsFor("zh") ? "zh" : "en" };
    const [name, number] = [this.getAttribute("visitor-name"), this.getAttribute("visitor-number")];
    if (name) said.name = name;
    if (number) said.number = number;
    if (Object.keys(this.dataset).length > 0) said.attributes = { ...this.dataset };
    return said;
  }

  #build() {
    const words = this.#words;
    const act = (name, drawing, text, onclick, className = "") => make("button", { type: "button", className: `act ${className}`, "data-act": name, onclick }, picture(drawing), make("span", {}, text));
    const parts = {
      call: make("button", { type: "button", className: "call", "data-act": "call", onclick: () => this.call() }, picture("phone"), make("span", {}, this.getAttribute("label") ?? words.call)),
      state: make("div", { className: "state", role: "status", "aria-live": "polite" }), clock: make("div", { className: "clock" }),
      mute: act("mute", "microphone", words.mute, () => this.#mute()), keys: act("keys", "keys", words.keys, () => this.#toggleKeypad()),
      hangUp: act("hang-up", "stop", words.hangUp, () => this.hangUp(), "stop"), again: act("again", "phone", words.again, () => this.call(), "go"),
      close: act("close", "close", words.close, () => this.#close()),
      keypad: make("div", { className: "keypad", role: "group", "aria-label": words.keys }, ...[..."123456789*0#"].map((key) => make("button", {
        type: "button", "data-key": key, "aria-label": words.key.replace("{key}", key), onclick: () => this.#line.press(key),
      }, key))),
    };
    parts.panel = make("section", { className: "panel", "aria-label": words.title, onkeydown: (event) => this.#typed(event) },
      make("div", { className: "head" }, make("div", { className: "mark" }, picture("phone")),
        make("div", {}, make("div", { className: "title" }, this.getAttribute("label") ?? words.title), parts.state), parts.clock),
      parts.keypad, make("div", { className: "acts" }, parts.mute, parts.keys, parts.hangUp, parts.again, parts.close));
    parts.panel.hidden = true;
    parts.keypad.hidden = true;
    return parts;
  }

  #show(view) {
    const { call, panel, state, mute, keys, hangUp, again, close, keypad } = this.#parts;
    const isOver = view.state === "ended";
    const hadFocus = this.shadowRoot.activeElement;
    call.hidden = true;
    panel.hidden = false;
    panel.dataset.state = view.state;
    panel.dataset.reason = view.reason ?? "";
    const isAway = view.state === "answered" && view.isConnected === false;
    state.textContent = isOver ? this.#words.ended[view.reason] ?? this.#words.ended.failed : isAway ? this.#words.reconnecting : this.#words[view.state] ?? "";
    mute.hidden = keys.hidden = view.state !== "answered";
    hangUp.hidden = isOver;
    again.hidden = close.hidden = !isOver;
    if (isOver) keypad.hidden = true;
    this.#showMute();
    if (hadFocus?.closest("[hidden]")) (isOver ? again : hangUp).focus();
    this.#tick(view);
    this.dispatchEvent(new CustomEvent("carillon-call", { detail: view, bubbles: true }));
  }

  #tick(view) {
    if (view.state !== "answered") {
      clearInterval(this.#timer);
      this.#timer = null;
      if (view.state !== "ended") this.#parts.clock.textContent = "";
      return;
    }
    if (this.#timer) return;
    // By this page's clock: the server's may be another.
    const begun = performance.now();
    const show = () => {
      const seconds = Math.floor((performance.now() - begun) / 1000);
      this.#parts.clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    };
    show();
    this.#timer = setInterval(show, 500);
  }

  #mute() {
    this.#line.isMuted = !this.#line.isMuted;
    this.#showMute();
  }

  #showMute() {
    const { mute } = this.#parts;
    mute.setAttribute("aria-pressed", String(this.#line.isMuted));
    mute.lastElementChild.textContent = this.#line.isMuted ? this.#words.unmute : this.#words.mute;
  }

  #toggleKeypad() {
    const { keypad, keys } = this.#parts;
    keypad.hidden = !keypad.hidden;
    keys.setAttribute("aria-expanded", String(!keypad.hidden));
  }

  #typed(event) {
    if (this.#line.view.state !== "answered" || event.ctrlKey || event.metaKey || event.altKey || !/^[0-9*#]$/.test(event.key)) return;
    event.preventDefault();
    this.#line.press(event.key);
  }

  #close() {
    this.#parts.panel.hidden = true;
    this.#parts.call.hidden = false;
    this.#parts.call.focus();
  }
}

customElements.define("carillon-call", CarillonCall);
