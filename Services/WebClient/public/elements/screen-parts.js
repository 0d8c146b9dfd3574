// What the screens for those who manage share: the head with its search, tables that come in pages.
import { h, icon, setText } from "../core/dom.js";
import { t } from "../core/texts.js";

export function screenHead(title, hint, ...tools) {
  return h("header", { class: "screen-head" }, h("div", {}, h("h1", {}, title), hint && h("p", { class: "muted" }, hint)), h("span", { class: "spring" }), tools.filter(Boolean));
}

/** A field that filters while one types; `input` is its field. */
export function searchField(changed, words = t("manage.search")) {
  const input = h("input", { type: "search", placeholder: words, "aria-label": words, "data-search": true, oninput: () => changed(input.value) });
  return Object.assign(h("label", { class: "search" }, icon("search"), input), { input });
}

/** The frame of a table with its head; rows go into `body`, a word about them into `empty`. */
export function tableCard(label, columns) {
  const body = h("tbody");
  const empty = h("p", { class: "empty-line muted", role: "status" });
  const more = h("button", { type: "button", class: "small", hidden: true }, t("manage.more"));
  const element = h("section", { class: "card" }, h("div", { class: "table-frame", tabindex: "0", role: "region", "aria-label": label },
    h("table", {}, h("thead", {}, h("tr", {}, columns.map((words) => h("th", { scope: "col" }, words)))), body), empty,
    h("div", { class: "more-line" }, more)));
  return { element, body, empty, more };
}

/** A control with its label above and a word of help below. */
export const formLine = (words, control, hint) =>
  h("label", { class: "form-field" }, h("span", { class: "form-label" }, words), control, hint && h("small", { class: "hint" }, hint));

/** A choice of a file, to stand in a label; `input` is its field. The browser's own button speaks the browser's language. */
export function fileField({ onchange, ...attributes }) {
  const name = h("span", { class: "muted" }, t("file.none"));
  const input = h("input", {
    type: "file", class: "visually-hidden", ...attributes,
    onchange: () => {
      setText(name, input.files[0]?.name ?? t("file.none"));
      onchange?.();
    },
  });
  return Object.assign(h("span", { class: "file-field" }, input, h("span", { class: "file-button" }, t("file.choose")), name), { input });
}
