// The kinds of nodes that the service knows, and the ways out of a node. Kinds this page has never heard of are like the others.
import { beginning, fieldsOf, isTarget, shapeOf } from "../core/schema.js";

/** What is asked first comes first; what is not named here comes behind, ways last of all. */
const order = [
  "text", "url", "method", "prompts", "phrases", "keys", "scores", "attribute", "test", "value", "values", "expression", "minimumDigits", "maximumDigits", "endKey",
  "timeZone", "hours", "holidays", "workdays", "list", "flow", "queue", "skills", "priority", "timeoutSeconds", "retries",
  "invalidPrompts", "music", "announcement", "announceEverySeconds", "agent", "agentSeconds", "number", "numbers", "pin", "leaveKey", "from",
  "ringSeconds", "language", "interruptible",
];
const wayOrder = ["then", "else", "open", "closed", "holiday", "next", "onTimeout", "onNoAgents", "afterTalk", "onMissing", "onNothing", "onFailed"];

/** With what a kind begins where its schema cannot say it. */
const beginnings = {
  calendar: {
    timeZone: "Asia/Shanghai",
    hours: Object.fromEntries(["mon", "tue", "wed", "thu", "fri"].map((day) => [day, ["09:00-18:00"]])),
  },
  collect: { maximumDigits: 11 },
};

/** `/v1/flow-schema`, as a map from a kind to its fields, in the order in which they are asked. */
export function readKinds(schema) {
  const nodes = schema?.properties?.nodes?.additionalProperties ?? {};
  const kinds = new Map();
  for (const one of nodes.oneOf ?? [nodes]) {
    const kind = one?.properties?.type?.const;
    if (typeof kind !== "string") continue;
    const fields = fieldsOf(one).filter((field) => field.name !== "type").sort(byPlace);
    kinds.set(kind, { kind, fields });
  }
  return kinds;
}

function byPlace(left, right) {
  return Number(leads(left)) - Number(leads(right)) || place(left) - place(right) || left.name.localeCompare(right.name);
}

function place(field) {
  const known = (leads(field) && field.name !== "keys" ? wayOrder : order).indexOf(field.name);
  return known >= 0 ? known : field.isRequired ? 100 : 200;
}

/** Whether a field is nothing but a way: it has a port instead of a control of its own in the node. */
const leads = (field) => isTarget(field.schema);

/** A new node of a kind, with what must be there. */
export function newNode(kinds, kind) {
  const node = { type: kind };
  for (const { name, schema, isRequired } of kinds.get(kind)?.fields ?? []) {
    const value = beginnings[kind]?.[name] ?? (isRequired ? beginning(schema) : undefined);
    if (value !== undefined) node[name] = structuredClone(value);
  }
  return node;
}

/**
 * The ways out of a node: `{ way, path, to, isRequired }`, with `to` null where nothing is chosen. A way is named as the
 * counters name it: `next`, `keys.1`. `isOpen` marks the place where one more key may be added.
 */
export function waysOf(kinds, node) {
  const kind = kinds.get(node?.type);
  if (!kind) return guessed(node);
  return kind.fields.flatMap(({ name, schema, isRequired }) => ways(schema, node[name], [name], isRequired));
}

function ways(schema, value, path, isRequired) {
  switch (shapeOf(schema)) {
    case "target": return [{ way: path.join("."), path, to: target(value), isRequired }];
    case "ways": return [
      ...Object.entries(value ?? {}).map(([key, to]) => ({ ...way([...path, key], to), isKey: true })),
      ...(path.at(-1) === "keys" && (isRequired || Object.keys(value ?? {}).length > 0)
        ? [{ way: `${path.join(".")}.+`, path, to: null, isRequired: false, isOpen: true }] : []),
    ];
    case "list": return (Array.isArray(value) ? value : [])
      .flatMap((item, index) => ways(schema.items, item, [...path, index], false));
    case "record": return value === undefined || value === null ? []
      : fieldsOf(schema).flatMap((field) => ways(field.schema, value[field.name], [...path, field.name], false));
    default: return [];
  }
}

const target = (value) => (typeof value === "string" && value !== "" ? value : null);
const way = (path, to) => ({ way: path.join("."), path, to: target(to), isRequired: true });

/** Of a kind that is not known: what is named like a way. */
function guessed(node) {
  return Object.entries(node ?? {})
    .filter(([name, value]) => typeof value === "string" && (wayOrder.includes(name) || /^on[A-Z]/.test(name)))
    .map(([name, to]) => way([name], to));
}

/** Every way of a flow that leads somewhere: `{ from, way, path, to }`. */
export function edgesOf(kinds, flow) {
  return Object.entries(flow.nodes ?? {}).flatMap(([from, node]) => waysOf(kinds, node)
    .filter((one) => one.to !== null).map(({ way, path, to, isKey }) => ({ from, way, path, to, isKey: Boolean(isKey) })));
}

/** The next key that leads nowhere yet; null when all twelve do. */
export function freeKey(taken) {
  return [..."1234567890*#"].find((key) => !Object.hasOwn(taken ?? {}, key)) ?? null;
}
