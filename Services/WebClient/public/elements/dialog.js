// A window over the page that asks for something.
import { h, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { failureText } from "./failure.js";

/**
 * Asks, and answers when it is closed: true if it was done. `act()` does it; what it throws is shown, and the window
 * stays. `body` is what stands between title and buttons, `close` the word for doing nothing.
 */
export function ask({ title, body = [], submit, act, isDangerous = false, isWide = false, close = t("dialog.cancel") }) {
  return new Promise((resolve) => {
    let isDone = false;
    const problem = h("p", { class: "problem", role: "alert" });
    const button = h("button", { type: "submit", class: isDangerous ? "danger" : "primary", "data-command": "confirm" }, submit);
    const cancel = h("button", { type: "button", class: "quiet", onclick: () => window.close() }, close);
    const form = h("form", { onsubmit: (event) => run(event) },
      h("h2", {}, title), h("div", { class: "dialog-body" }, body), problem, h("footer", {}, cancel, submit && button));
    const window = h("dialog", { class: isWide ? "is-wide" : "", "aria-label": title, onclose: closed }, form);
    document.body.append(window);
    window.showModal();
    window.querySelector("[data-first-focus]")?.focus();

    async function run(event) {
      event.preventDefault();
      button.disabled = true;
      setText(problem, "");
      try {
        await act?.();
        isDone = true;
        window.close();
      } catch (error) {
        setText(problem, failureText(error));
        button.disabled = false;
      }
    }

    function closed() {
      window.remove();
      resolve(isDone);
    }
  });
}

/** A yes before something that cannot be taken back. */
export const confirmRemoval = (what, act) =>
  ask({ title: t("dialog.removeTitle", { what }), body: h("p", {}, t("dialog.removeBody")), submit: t("dialog.remove"), isDangerous: true, act });
