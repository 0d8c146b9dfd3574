// The keys of a telephone, for whoever talks by this browser: what asks for them hears them by RFC 4733.
import { h } from "../core/dom.js";
import { t } from "../core/texts.js";
import { pressKey } from "../desk/phone.js";
import { allowed } from "../desk/state.js";
import { Part } from "./part.js";

const keys = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

/** Opens or closes the keys. */
export function toggleKeypad() {
  document.querySelector("call-keypad")?.toggle();
}

/** A line under the call bar; the keyboard's digits do the same while one of the keys has the focus. */
class CallKeypad extends Part {
  #isOpen = false;

  build() {
    this.buttons = keys.map((key) => h("button", { type: "button", class: "small", "data-key": key, onclick: () => pressKey(key) }, key));
    this.line = h("section", { class: "keypad", role: "group", "aria-label": t("keypad.label"), onkeydown: (event) => this.#typed(event) }, this.buttons);
    return [this.line];
  }

  update(state) {
    if (!allowed(state).keys) this.#isOpen = false;
    this.line.hidden = !this.#isOpen;
  }

  toggle() {
    this.#isOpen = !this.#isOpen;
    this.line.hidden = !this.#isOpen;
    if (this.#isOpen) this.buttons[0].focus();
  }

  #typed(event) {
    if (!keys.includes(event.key) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    pressKey(event.key);
    this.buttons[keys.indexOf(event.key)].focus();
  }
}

customElements.define("call-keypad", CallKeypad);
