// A window with lines to be taken elsewhere.
import { h } from "../core/dom.js";
import { t } from "../core/texts.js";
import { ask } from "./dialog.js";

/** Shows them, and copies them if that is wanted. */
export function codeDialog(title, hint, code) {
  const lines = h("textarea", { class: "code", readonly: true, rows: 5, spellcheck: "false", "aria-label": title, "data-code": true });
  lines.value = code;
  return ask({ title, submit: t("code.copy"), isWide: true, body: [h("p", { class: "hint" }, hint), lines], act: () => copy(lines) });
}

/** Browsers give the clipboard to pages on https only; what is selected goes there without it. */
async function copy(lines) {
  if (navigator.clipboard) return navigator.clipboard.writeText(lines.value);
  lines.select();
  document.execCommand("copy");
}
