// The form of the selected node, made from the service's schema.
import { h, icon, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { addNode, mayBeNamed, removeNode, renameNode, setField, valueAt, withValue } from "../flows/document.js";
import { problemsOf } from "../flows/editor.js";
import { kindLabel, kindPurpose } from "../flows/labels.js";
import { problemText } from "../flows/problems.js";
import { iconOf } from "./flow-card.js";
import { formFields } from "./form-fields.js";

/** Attributes that every call has, beside those that the flow sets. */
const ownAttributes = ["caller", "called", "language"];

/** Built again when something else than typing in it has changed the node. */
export class FlowNodeForm {
  #work;
  #shown = undefined;

  constructor(work) {
    this.#work = work;
    this.problems = h("ul", { class: "problem-list", role: "alert" });
    this.content = h("div", { class: "form" });
    this.element = h("div", {}, this.content);
  }

  focus() {
    this.content.querySelector("[data-field] input, [data-field] select, [data-field] textarea")?.focus();
  }

  show(state) {
    const name = state.selected;
    const content = name === null ? null : JSON.stringify([name, state.document.nodes[name], Object.keys(state.document.nodes)]);
    if (content !== this.#shown) {
      this.#shown = content;
      this.content.replaceChildren(...(name === null ? nothing() : this.#build(state, name)));
    }
    const problems = name === null ? [] : problemsOf(state, name).map(problemText);
    this.problems.hidden = problems.length === 0;
    if (this.problems.textContent !== problems.join("")) this.problems.replaceChildren(...problems.map((text) => h("li", {}, text)));
  }

  #build(state, name) {
    const { kinds } = this.#work;
    const node = state.document.nodes[name];
    const kind = kinds.get(node?.type);
    const fields = kind?.fields ?? unknownFields(node);
    return [
      h("header", { class: "form-head" }, h("span", { class: "node-mark", "data-kind": node?.type }, icon(iconOf(node?.type))),
        h("div", {}, h("strong", {}, kindLabel(node?.type)), h("p", { class: "hint" }, kindPurpose(node?.type)))),
      this.problems,
      this.#nameField(name),
      ...formFields(this.#form(name), fields, node),
      h("footer", { class: "form-actions" },
        state.document.start !== name && h("button", { type: "button", class: "small", onclick: () => this.#edit({ ...this.#work.state.document, start: name }) }, t("flows.makeStart")),
        h("button", { type: "button", class: "small danger", "data-command": "removeNode", onclick: () => this.#edit(removeNode(kinds, this.#work.state.document, name)) },
          icon("cross"), t("flows.removeNode"))),
    ];
  }

  #nameField(name) {
    const problem = h("small", { class: "problem", role: "alert" });
    const input = h("input", {
      value: name, spellcheck: "false", maxlength: "64", "data-name": true,
      onchange: () => {
        const { document } = this.#work.state;
        const to = input.value.trim();
        const isFine = to === name || mayBeNamed(document, name, to);
        setText(problem, isFine ? "" : t("flows.nameTaken"));
        if (isFine && to !== name) this.#edit(renameNode(this.#work.kinds, document, name, to), { select: to });
      },
    });
    return h("label", { class: "form-field" }, h("span", { class: "form-label" }, t("flows.nodeName")), input, problem);
  }

  /** What the controls work with. */
  #form(name) {
    const work = this.#work;
    const current = () => work.state.document;
    return {
      get: (path) => valueAt(current().nodes[name], path),
      edit: (path, value, { isTyped } = {}) => {
        const next = setField(current(), name, path, value);
        if (isTyped) this.#shown = JSON.stringify([name, next.nodes[name], Object.keys(next.nodes)]);
        this.#edit(next, isTyped ? { merge: `${name} ${path.join(".")}` } : {});
      },
      choices: (field) => choicesOf(field, work.books, current(), work.kinds),
      nodes: () => Object.keys(current().nodes),
      kinds: () => [...work.kinds.keys()].map((kind) => [kind, kindLabel(kind)]),
      makeNode: (path, kind) => {
        const added = addNode(work.kinds, current(), kind);
        this.#edit(withValue(added.flow, ["nodes", name, ...path], added.name), { select: added.name });
      },
    };
  }

  #edit(document, options) {
    this.#work.edit(document, options);
  }
}

/** What a field of a flow may name. */
function choicesOf(field, books, document, kinds) {
  if (field === "queue") return books.queue;
  if (field === "list") return books.list;
  if (field === "file") return books.prompt;
  if (field === "flow") return books.flow.filter(([id]) => id !== document.flowID);
  if (field === "attribute") return hint([...new Set([...ownAttributes, ...attributesOf(document)])].map((name) => [name, name]));
  if (field === "timeZone") return hint((Intl.supportedValuesOf?.("timeZone") ?? []).map((zone) => [zone, zone]));
  return null;
}

const hint = (choices) => Object.assign(choices, { isHint: true });

/** The attributes that a flow sets. */
export function attributesOf(document) {
  return Object.values(document.nodes ?? {}).flatMap((node) =>
    [...(node?.type === "set" ? Object.keys(node.values ?? {}) : []), ...(typeof node?.attribute === "string" && node.type !== "condition" ? [node.attribute] : [])])
    .filter((name) => name !== "").sort();
}

/** Of a kind that the service does not know: whatever stands there, as it is. */
const unknownFields = (node) => Object.keys(node ?? {}).filter((name) => name !== "type").map((name) => ({ name, schema: {}, isRequired: false }));

const nothing = () => [h("p", { class: "muted form-empty" }, t("flows.nothingSelected"))];
