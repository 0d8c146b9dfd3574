// Controls for what there may be several of: lists, keys with their ways, names with their values.
import { h, icon } from "../core/dom.js";
import { beginning, fieldsOf, plain, shapeOf } from "../core/schema.js";
import { t } from "../core/texts.js";
import { choiceLabel } from "../flows/labels.js";
import { freeKey } from "../flows/kinds.js";
import { controlOf, formFields, select } from "./form-fields.js";

const dialKeys = [..."1234567890*#"];

export function removeButton(remove, words = t("form.remove")) {
  return h("button", { type: "button", class: "quiet icon-only", "aria-label": words, title: words, onclick: remove }, icon("cross"));
}

export function addButton(add, words = t("form.add")) {
  return h("button", { type: "button", class: "small form-add", onclick: add }, icon("more"), words);
}

/** Texts one below the other, or records each in a frame. */
export function listControl(form, name, field, value, path) {
  const items = Array.isArray(value) ? value : [];
  const item = plain(field.items, form.components);
  const shape = shapeOf(item, form.components);
  const row = (one, index) => {
    const remove = removeButton(() => form.edit(path, now(form, path, []).filter((_, other) => other !== index)));
    const at = [...path, index];
    if (shape === "record") return h("div", { class: "form-record" }, remove, formFields(form, inOrder(form, item), one, at));
    return h("div", { class: "form-row" }, labelled(controlOf(form, { name, field: item, shape, isRequired: true }, one, at), `${name} ${index + 1}`), remove);
  };
  return h("div", { class: "form-list" }, items.map(row),
    addButton(() => form.edit(path, [...now(form, path, []), beginning(item, form.components) ?? ""])));
}

/** Keys, each with the node that it leads to. */
export function waysControl(form, name, value, path) {
  const ways = value ?? {};
  const row = ([key, to]) => {
    const keys = name === "keys" ? dialKeys.filter((one) => one === key || !Object.hasOwn(ways, one)).map((one) => [one, one]) : null;
    const rename = (next) => next !== "" && !Object.hasOwn(ways, next) && form.edit(path, renamed(now(form, path, {}), key, next));
    return h("div", { class: "form-row" },
      keys ? select(keys, key, rename, { class: "narrow", "aria-label": t("form.key") })
        : h("input", { value: key, "aria-label": t("form.name"), onchange: (event) => rename(event.target.value.trim()) }),
      labelled(controlOf(form, { name: key, field: {}, shape: "target", isRequired: true }, to, [...path, key]), t("flows.key", { key })),
      removeButton(() => form.edit(path, without(now(form, path, {}), key))));
  };
  const add = () => {
    const known = now(form, path, {});
    const key = name === "keys" ? freeKey(known) : freeName(known);
    if (key !== null) form.edit(path, { ...known, [key]: "" });
  };
  return h("div", { class: "form-list" }, Object.entries(ways).map(row), addButton(add, name === "keys" ? t("form.addKey") : t("form.add")));
}

/** Names with values; days of the week are all there, those without a value left out. */
export function mapControl(form, field, value, path) {
  const entries = value ?? {};
  const item = plain(field.additionalProperties, form.components);
  const names = field.propertyNames?.enum;
  if (names) {
    return h("div", { class: "form-list" }, names.map((name) => h("label", { class: "form-row" },
      h("span", { class: "form-key" }, choiceLabel(name)), valueControl(form, item, entries[name], [...path, name], true))));
  }
  const row = ([name, one]) => h("div", { class: "form-row" },
    h("input", {
      value: name, spellcheck: "false", "aria-label": t("form.name"), placeholder: t("form.name"),
      onchange: (event) => form.edit(path, renamed(now(form, path, {}), name, event.target.value.trim() || name)),
    }),
    labelled(valueControl(form, item, one, [...path, name], false), name),
    removeButton(() => form.edit(path, without(now(form, path, {}), name))));
  return h("div", { class: "form-list" }, Object.entries(entries).map(row),
    addButton(() => {
      const known = now(form, path, {});
      const name = path.at(-1) === "scores" ? freeKey(known) : freeName(known);
      if (name !== null) form.edit(path, { ...known, [name]: beginning(item, form.components) ?? "" });
    }));
}

function valueControl(form, item, value, path, mayBeLeftOut) {
  const shape = shapeOf(item, form.components);
  if (shape !== "list" || shapeOf(item.items, form.components) !== "text") {
    return controlOf(form, { name: "", field: item, shape, isRequired: !mayBeLeftOut }, value, path);
  }
  const control = h("input", {
    value: Array.isArray(value) ? value.join(", ") : String(value ?? ""), spellcheck: "false", placeholder: plain(item.items).description ?? "", "aria-label": String(path.at(-1)),
    oninput: () => {
      const parts = control.value.split(/[,，、;；\s]+/).filter((one) => one !== "");
      form.edit(path, parts.length === 0 && mayBeLeftOut ? undefined : parts, { isTyped: true });
    },
  });
  return control;
}

/** An object within an object; one that may be left out is asked for first. */
export function recordControl(form, field, value, path, isRequired) {
  if (!isRequired && (value === undefined || value === null)) {
    return h("div", {}, addButton(() => form.edit(path, beginning(field, form.components) ?? {}), t("form.set")));
  }
  return h("div", { class: "form-record" }, !isRequired && removeButton(() => form.edit(path, undefined)),
    formFields(form, inOrder(form, field), value, path));
}

/** The fields of a record as the form asks for them. */
function inOrder(form, record) {
  const fields = fieldsOf(record, form.components);
  return form.order ? fields.sort(form.order) : fields;
}

/** A control that no label is around is named for whoever does not see where it stands. */
function labelled(control, words) {
  const field = control.matches("input, select, textarea") ? control : control.querySelector("input, select, textarea");
  if (field && !field.hasAttribute("aria-label")) field.setAttribute("aria-label", words);
  return control;
}

/** What stands there now: what was typed since the form was made is in it. */
export const now = (form, path, otherwise) => form.get(path) ?? otherwise;

const renamed = (entries, from, to) => Object.fromEntries(Object.entries(entries)
  .filter(([name]) => name !== to || name === from).map(([name, value]) => [name === from ? to : name, value]));

const without = (entries, gone) => Object.fromEntries(Object.entries(entries).filter(([name]) => name !== gone));

function freeName(entries) {
  for (let count = 1; ; count += 1) if (!Object.hasOwn(entries, `name${count}`)) return `name${count}`;
}
