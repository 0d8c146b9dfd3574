// Forms made from schemas: a control for each field, whoever added it to its service.
import { h } from "../core/dom.js";
import { plain, shapeOf } from "../core/schema.js";
import { t } from "../core/texts.js";
import { choiceLabel, fieldLabel } from "../flows/labels.js";
import { listControl, mapControl, recordControl, waysControl } from "./form-lists.js";
import { promptsControl } from "./form-prompts.js";

/** Kinds of controls that may be left as they begin are not marked as needed. */
const asked = new Set(["target", "number", "text", "prompts", "ways"]);
const longTexts = new Set(["text", "say", "expression", "note", "body"]);

/**
 * The controls of an object's fields. `form` is what they work with: `edit(path, value, { isTyped })` writes, `get(path)` reads,
 * `choices(name)` answers `[[value, words]]` or null, `components` are the schemas that references name, `nodes()` and
 * `makeNode(path, kind)` are there in flows only.
 */
export function formFields(form, fields, value, path = []) {
  return fields.map((field) => formField(form, field, value?.[field.name], [...path, field.name]));
}

/** The star behind the name of what cannot be left out. */
export const neededMark = () => h("b", { class: "form-needed", title: t("form.needed"), "aria-hidden": "true" }, "*");

/** One field with its label. */
export function formField(form, { name, schema, isRequired, hint }, value, path) {
  const field = plain(schema, form.components);
  const shape = shapeOf(field, form.components);
  const words = (form.label ?? fieldLabel)(name, path);
  const control = controlOf(form, { name, field, shape, isRequired }, value, path);
  const isOne = control.matches("input, select, textarea, .form-hinted");
  const label = h("span", { class: "form-label" }, words, isRequired && asked.has(shape) && neededMark());
  const content = [label, control, hint && h("small", { class: "hint" }, hint)];
  return isOne ? h("label", { class: "form-field", "data-field": path.join(".") }, content)
    : h("fieldset", { class: "form-field", "data-field": path.join("."), "aria-label": words }, content);
}

export function controlOf(form, { name, field, shape, isRequired }, value, path) {
  switch (shape) {
    case "target": return targetControl(form, value, path);
    case "choice": return select([...(isRequired ? [] : [["", t("form.usual")]]), ...field.enum.map((one) => [one, choiceLabel(one)])],
      value ?? "", (chosen) => form.edit(path, chosen === "" ? undefined : chosen));
    case "flag": return select([...(isRequired ? [] : [["", t("form.usual")]]), ["true", t("form.yes")], ["false", t("form.no")]],
      value === undefined || value === null ? "" : String(value), (chosen) => form.edit(path, chosen === "" ? undefined : chosen === "true"));
    case "number": return numberControl(form, field, value, path);
    case "text": return textControl(form, name, value, path, isRequired);
    case "prompts": return promptsControl(form, field, value, path);
    case "list": {
      const set = setOf(form, name, field);
      return set ? setControl(form, set, value, path) : listControl(form, name, field, value, path);
    }
    case "ways": return waysControl(form, name, value, path);
    case "map": return mapControl(form, field, value, path);
    case "record": return recordControl(form, field, value, path, isRequired);
    default: return jsonControl(form, value, path);
  }
}

/** `options` is `[[value, words]…]`; one that is chosen but not offered is offered as well. */
export function select(options, value, choose, attributes = {}) {
  const known = options.some(([one]) => one === value);
  const control = h("select", { ...attributes, onchange: () => choose(control.value) },
    [...options, ...(known ? [] : [[value, String(value)]])].map(([one, words]) => h("option", { value: one, selected: one === value }, words)));
  return control;
}

/** `[[value, words]]` of a list that is a choice of several; null for a list of whatever one writes. */
function setOf(form, name, field) {
  const choices = form.choices?.(name);
  if (choices?.isSet) return choices;
  return plain(field.items, form.components).enum?.map((one) => [one, choiceLabel(one)]) ?? null;
}

/** Several of what there is to choose from: a box for each. */
function setControl(form, known, value, path) {
  const change = (one, isChosen) => {
    const chosen = new Set(form.get(path) ?? []);
    if (isChosen) chosen.add(one);
    else chosen.delete(one);
    form.edit(path, known.map(([other]) => other).filter((other) => chosen.has(other)), { isTyped: true });
  };
  return h("div", { class: "form-set" }, known.map(([one, words]) => h("label", {},
    h("input", { type: "checkbox", checked: (value ?? []).includes(one), onchange: (event) => change(one, event.target.checked) }), words)));
}

function targetControl(form, value, path) {
  const options = [["", t("form.nowhere")], ...form.nodes().map((name) => [name, name])];
  const control = select(options, value ?? "", (chosen) => {
    if (chosen.startsWith("\u0000")) form.makeNode(path, chosen.slice(1));
    else form.edit(path, chosen === "" ? undefined : chosen);
  });
  if (form.kinds) {
    control.append(h("optgroup", { label: t("form.newNode") }, form.kinds().map(([kind, words]) => h("option", { value: `\u0000${kind}` }, `+ ${words}`))));
  }
  return control;
}

function numberControl(form, field, value, path) {
  const control = h("input", {
    type: "number", min: field.minimum, max: field.maximum, step: field.type === "integer" ? 1 : "any", value: value ?? "",
    placeholder: field.minimum !== undefined && field.maximum !== undefined ? `${field.minimum}–${field.maximum}` : null,
    oninput: () => form.edit(path, control.value === "" || !Number.isFinite(control.valueAsNumber) ? undefined : control.valueAsNumber, { isTyped: true }),
  });
  return control;
}

/** A text; one of what there is, where that is known. */
export function textControl(form, name, value, path, isRequired) {
  const choices = form.choices?.(name);
  if (choices?.length && !choices.isHint) {
    return select([["", isRequired ? t("form.choose") : t("form.usual")], ...choices], value ?? "",
      (chosen) => form.edit(path, chosen === "" && !isRequired ? undefined : chosen));
  }
  const write = ({ value: typed }) => form.edit(path, typed === "" && !isRequired ? undefined : typed, { isTyped: true });
  if (longTexts.has(name)) {
    const long = h("textarea", { rows: name === "expression" ? 2 : 3, spellcheck: "false", oninput: () => write(long) });
    long.value = value ?? "";
    return long;
  }
  const control = h("input", {
    type: name === "password" ? "password" : "text", autocomplete: "off", spellcheck: "false", value: value ?? "", oninput: () => write(control),
  });
  return choices?.length ? withHints(control, choices) : control;
}

let hints = 0;

function withHints(control, choices) {
  const id = `hints-${hints += 1}`;
  control.setAttribute("list", id);
  return h("span", { class: "form-hinted" }, control, h("datalist", { id }, choices.map(([value, words]) => h("option", { value }, words === value ? "" : words))));
}

/** Whatever else there may be, as it is. */
function jsonControl(form, value, path) {
  const problem = h("small", { class: "problem", role: "alert" });
  const control = h("textarea", {
    rows: 4, class: "code", spellcheck: "false",
    onchange: () => {
      try {
        problem.textContent = "";
        form.edit(path, control.value.trim() === "" ? undefined : JSON.parse(control.value), { isTyped: true });
      } catch (error) {
        problem.textContent = t("form.notJSON", { message: error.message });
      }
    },
  });
  control.value = value === undefined ? "" : JSON.stringify(value, null, 2);
  return h("div", {}, control, problem);
}

