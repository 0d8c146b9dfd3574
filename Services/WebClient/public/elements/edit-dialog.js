// A window with a form that a service's own description of a thing makes.
import { h } from "../core/dom.js";
import { beginning, fieldsOf, plain } from "../core/schema.js";
import { valueAt, withValue } from "../flows/document.js";
import { bySetting, settingLabel } from "../manage/labels.js";
import { ask } from "./dialog.js";
import { formFields, neededMark } from "./form-fields.js";

/**
 * A form over a value: `element` and `value()`. `choices(field)` says what may be chosen, `without` names fields that
 * are not asked.
 */
export function valueForm({ schema, components, value, choices = () => null, without = [] }) {
  let current = { ...beginning(plain(schema, components), components), ...structuredClone(value ?? {}) };
  const element = h("div", { class: "form" });
  const fields = fieldsOf(schema, components).filter(({ name }) => !without.includes(name)).sort(bySetting);
  const form = {
    components, choices, label: settingLabel, order: bySetting, nodes: () => [],
    get: (path) => valueAt(current, path),
    edit: (path, next, { isTyped } = {}) => {
      current = withValue(current, path, next);
      if (!isTyped) draw();
    },
  };
  const draw = () => {
    const at = [...element.querySelectorAll("[data-field]")].indexOf(document.activeElement?.closest?.("[data-field]"));
    element.replaceChildren(...formFields(form, fields, current));
    if (at >= 0) element.querySelectorAll("[data-field]")[at]?.querySelector("input, select, textarea, button")?.focus();
  };
  draw();
  return { element, value: () => withoutBlanks(current) };
}

/** Entries of lists in which nothing was chosen yet are none. */
export function withoutBlanks(value) {
  if (Array.isArray(value)) return value.filter((item) => item !== "").map(withoutBlanks);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, withoutBlanks(field)]));
}

/** Asks for a thing: `save(id, value)` is what is done with it. A new one has an id to be chosen. */
export function editDialog({ title, submit, id, idHint, save, ...form }) {
  const made = valueForm(form);
  const field = h("input", { required: true, maxlength: "64", spellcheck: "false", "data-first-focus": true, "data-new": "id" });
  return ask({
    title, submit, isWide: true,
    body: h("div", { class: "form" },
      id === null && h("label", { class: "form-field" }, h("span", { class: "form-label" }, settingLabel("id"), neededMark()), field, idHint && h("small", { class: "hint" }, idHint)),
      made.element),
    act: () => save(id ?? field.value.trim(), made.value()),
  });
}
