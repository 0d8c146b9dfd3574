// A button that opens a menu: arrows, Home, End, Escape and a letter work as everywhere.
import { h, icon } from "../core/dom.js";

/** `menuButton(label, [[value, text]…], choose)`: an element whose button opens the menu. */
export function menuButton(label, entries, choose, attributes = {}) {
  const items = entries.map(([value, text]) =>
    h("button", { type: "button", role: "menuitem", tabindex: "-1", "data-value": value, onclick: () => take(value) }, text));
  const menu = h("div", { class: "menu", role: "menu", "aria-label": label, hidden: true, onkeydown: move }, items);
  const button = h("button", {
    type: "button", "aria-haspopup": "menu", "aria-expanded": "false", ...attributes,
    onclick: () => (menu.hidden ? open(0) : close()),
    onkeydown: (event) => event.key === "ArrowDown" && (event.preventDefault(), open(0)),
  }, label, icon("caret"));
  const whole = h("div", { class: "menu-button", onfocusout: left }, button, menu);
  return { whole, button };

  function open(index) {
    menu.hidden = false;
    button.setAttribute("aria-expanded", "true");
    items[index]?.focus();
  }

  function close() {
    menu.hidden = true;
    button.setAttribute("aria-expanded", "false");
  }

  function take(value) {
    close();
    button.focus();
    choose(value);
  }

  function left(event) {
    if (!whole.contains(event.relatedTarget)) close();
  }

  function move(event) {
    const at = items.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
    if (next !== undefined) items[next % items.length].focus();
    else if (event.key === "Escape") (close(), button.focus());
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
