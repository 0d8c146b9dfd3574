// What the pages before the desk share: the card in the middle, a field, the language switch.
import { h, icon } from "../core/dom.js";
import { currentLanguage, t } from "../core/texts.js";
import { changeLanguage } from "../desk/commands.js";

export function entryCard(title, ...content) {
  return [
    h("div", { class: "entry" },
      h("main", { class: "entry-card" },
        h("div", { class: "brand" }, h("span", { class: "brand-mark" }, icon("bell")),
          h("div", {}, h("strong", {}, t("brand")), h("small", {}, t("brand.line")))),
        h("h1", {}, title),
        ...content),
      languageButton()),
  ];
}

export function field(label, attributes) {
  const input = h("input", { autocapitalize: "off", spellcheck: "false", ...attributes });
  return { input, label: h("label", { class: "field" }, h("span", {}, label), input) };
}

export function languageButton() {
  return h("button", { type: "button", class: "quiet language", onclick: changeLanguage, lang: otherLanguage() },
    t("language.other"));
}

function otherLanguage() {
  return currentLanguage() === "en" ? "zh-CN" : "en";
}
