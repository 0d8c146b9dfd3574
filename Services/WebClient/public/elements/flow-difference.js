// What a publication changes, as lines that are read before it is done.
import { h } from "../core/dom.js";
import { t } from "../core/texts.js";
import { difference, isEmptyDifference } from "../flows/document.js";
import { fieldLabel, kindLabel } from "../flows/labels.js";

/** From one document to another; with null before, everything is new. */
export function differenceView(before, after) {
  const found = difference(before, after);
  if (before && isEmptyDifference(found)) return h("p", { class: "muted" }, t("difference.none"));
  const kindOf = (flow, name) => kindLabel(flow.nodes[name]?.type);
  return h("ul", { class: "difference" },
    found.settings.map((change) => h("li", { class: "is-changed" }, h("strong", {}, fieldLabel(change.field)), fieldChange(change))),
    found.added.map((name) => h("li", { class: "is-added" }, h("span", { class: "sign" }, t("difference.added")), h("strong", {}, name), " ", h("span", { class: "muted" }, kindOf(after, name)))),
    found.removed.map((name) => h("li", { class: "is-removed" }, h("span", { class: "sign" }, t("difference.removed")), h("strong", {}, name), " ", h("span", { class: "muted" }, kindOf(before, name)))),
    found.changed.map(({ name, fields }) => h("li", { class: "is-changed" }, h("span", { class: "sign" }, t("difference.changed")), h("strong", {}, name),
      h("ul", {}, fields.map((change) => h("li", {}, h("span", {}, fieldLabel(change.field)), fieldChange(change)))))));
}

function fieldChange({ before, after }) {
  return h("span", { class: "field-change" }, before !== null && h("del", {}, shown(before)), after !== null && h("ins", {}, shown(after)));
}

const shown = (value) => (typeof value === "string" ? value : JSON.stringify(value)).slice(0, 300);
