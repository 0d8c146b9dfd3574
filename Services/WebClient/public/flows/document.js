// Changes of a flow document. Each answers a new document and leaves the old one as it is, so that undoing is going back.
import { edgesOf, freeKey, newNode, waysOf } from "./kinds.js";

/** The value at a path with one thing changed; undefined takes it out. */
export function withValue(whole, path, value) {
  if (path.length === 0) return value;
  const [first, ...rest] = path;
  if (Array.isArray(whole)) {
    const items = [...whole];
    const next = withValue(items[first], rest, value);
    if (next === undefined) items.splice(first, 1);
    else items[first] = next;
    return items;
  }
  const fields = { ...(whole ?? {}) };
  const next = withValue(fields[first], rest, value);
  if (next === undefined) delete fields[first];
  else fields[first] = next;
  return fields;
}

export const valueAt = (whole, path) => path.reduce((value, step) => value?.[step], whole);

export const setField = (flow, name, path, value) => withValue(flow, ["nodes", name, ...path], value);

/** A name that no node has: `menu`, `menu2`, … */
export function freeName(flow, wanted) {
  const stem = wanted.replace(/\d+$/, "") || "node";
  if (!Object.hasOwn(flow.nodes ?? {}, stem)) return stem;
  for (let count = 2; ; count += 1) {
    if (!Object.hasOwn(flow.nodes, stem + count)) return stem + count;
  }
}

/** Adds a node of a kind, or a copy: `{ flow, name }`. The first one is where calls begin. */
export function addNode(kinds, flow, kind, position, copy) {
  const name = freeName(flow, copy?.name ?? kind);
  const node = copy ? structuredClone(copy.node) : newNode(kinds, kind);
  let next = { ...flow, nodes: { ...(flow.nodes ?? {}), [name]: node } };
  if (!Object.hasOwn(next.nodes, next.start ?? "")) next.start = name;
  if (position) next = place(next, name, position);
  return { flow: next, name };
}

/** Puts a node somewhere on the canvas. A draft keeps it; what is published has no places. */
export const place = (flow, name, { x, y }) =>
  ({ ...flow, layout: { ...(flow.layout ?? {}), [name]: [Math.round(x), Math.round(y)] } });

/** Lets a way lead to a node, or nowhere. An open way becomes the next free key. */
export function connect(flow, name, { path, isOpen }, to) {
  if (!isOpen) return setField(flow, name, path, to ?? undefined);
  const key = freeKey(valueAt(flow.nodes[name], path));
  return key === null || !to ? flow : setField(flow, name, [...path, key], to);
}

/** Takes a node out; ways that led to it lead nowhere. */
export function removeNode(kinds, flow, name) {
  const first = waysOf(kinds, flow.nodes[name]).find((one) => one.to && one.to !== name)?.to;
  let next = flow;
  for (const edge of edgesOf(kinds, flow)) {
    if (edge.to === name && edge.from !== name) next = setField(next, edge.from, edge.path, edge.isKey ? "" : undefined);
  }
  const { [name]: gone, ...nodes } = next.nodes;
  const { [name]: place, ...layout } = next.layout ?? {};
  const start = next.start === name ? (first ?? Object.keys(nodes)[0] ?? "") : next.start;
  return { ...next, start, nodes, ...(next.layout ? { layout } : {}) };
}

/** Calls a node by another name, wherever it is named; the flow itself if the name will not do. */
export function renameNode(kinds, flow, from, to) {
  if (!mayBeNamed(flow, from, to)) return flow;
  let next = flow;
  for (const edge of edgesOf(kinds, flow)) {
    if (edge.to === from) next = setField(next, edge.from, edge.path, to);
  }
  const renamed = (entries) => Object.fromEntries(Object.entries(entries).map(([name, value]) => [name === from ? to : name, value]));
  return {
    ...next, start: next.start === from ? to : next.start, nodes: renamed(next.nodes),
    ...(next.layout ? { layout: renamed(next.layout) } : {}),
  };
}

export function mayBeNamed(flow, from, to) {
  return to !== from && to.length > 0 && to.length <= 64 && to.trim() === to && !Object.hasOwn(flow.nodes, to) && to !== "__proto__";
}

/** What is published of a document: no places, nothing that is null, keys in one order. */
export function comparable(value) {
  if (Array.isArray(value)) return value.map(comparable);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).filter(([name, field]) => field !== null && field !== undefined && name !== "layout")
    .sort(([left], [right]) => (left < right ? -1 : 1)).map(([name, field]) => [name, comparable(field)]));
}

export const isSame = (left, right) => JSON.stringify(comparable(left)) === JSON.stringify(comparable(right));

/**
 * What a publication changes: `{ added, removed, changed: [{ name, fields: [{ field, before, after }] }], settings }`. A
 * `before` of null makes everything new.
 */
export function difference(before, after) {
  const old = before?.nodes ?? {};
  const now = after?.nodes ?? {};
  const settings = ["name", "language", "start"].flatMap((field) => change(field, before?.[field], after?.[field]));
  return {
    settings,
    added: Object.keys(now).filter((name) => !Object.hasOwn(old, name)).sort(),
    removed: Object.keys(old).filter((name) => !Object.hasOwn(now, name)).sort(),
    changed: Object.keys(now).filter((name) => Object.hasOwn(old, name) && !isSame(old[name], now[name])).sort()
      .map((name) => ({ name, fields: fieldChanges(old[name], now[name]) })),
  };
}

function fieldChanges(before, after) {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].sort().flatMap((field) => change(field, before[field], after[field]));
}

function change(field, before, after) {
  const [old, now] = [before ?? null, after ?? null];
  return isSame({ value: old }, { value: now }) ? [] : [{ field, before: old, after: now }];
}

export const isEmptyDifference = ({ settings, added, removed, changed }) =>
  settings.length + added.length + removed.length + changed.length === 0;
