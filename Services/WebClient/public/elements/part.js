// What every part of the page does the same: built once, then changed in place as the state changes.
import { serverClock } from "../core/clock.js";
import { store } from "../desk/store.js";

/**
 * A part of the page. `build()` makes its content, again after a change of language; `update(state)` follows the state;
 * `tick(now)` runs four times a second for timers, with the server's time in milliseconds.
 */
export class Part extends HTMLElement {
  #stop = null;
  #timer = null;

  connectedCallback() {
    this.#draw();
    this.#stop = store.watch((state, before) => {
      if (state.language !== before.language) this.#draw();
      else this.#follow();
    });
    if (this.tick) this.#timer = setInterval(() => this.tick(serverClock.now()), 250);
  }

  disconnectedCallback() {
    this.#stop?.();
    clearInterval(this.#timer);
  }

  #draw() {
    const kept = keep(this);
    this.replaceChildren(...this.build());
    this.#follow();
    restore(this, kept);
  }

  #follow() {
    this.update?.(store.state);
    this.tick?.(serverClock.now());
  }
}

const fields = "input, select, button";

/** What somebody has typed into a part that is built anew, and where he was. */
function keep(part) {
  const typed = new Map([...part.querySelectorAll("input[name]")].map((input) => [input.name, input.value]));
  return { typed, at: [...part.querySelectorAll(fields)].indexOf(document.activeElement) };
}

/** The same part in another language has the same fields in the same order. */
function restore(part, { typed, at }) {
  for (const input of part.querySelectorAll("input")) {
    if (typed.has(input.name)) input.value = typed.get(input.name);
  }
  if (at >= 0) part.querySelectorAll(fields)[at]?.focus();
}
