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
    this.replaceChildren(...this.build());
    this.#follow();
  }

  #follow() {
    this.update?.(store.state);
    this.tick?.(serverClock.now());
  }
}
