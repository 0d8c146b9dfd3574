// Where nodes stand when nobody has placed them: layers from left to right, few crossings, nothing on top of another.
import { edgesOf, waysOf } from "./kinds.js";

export const nodeWidth = 200;
const headHeight = 50;
const wayHeight = 24;
const columnGap = 68;
const rowGap = 24;

/** How high a node is drawn, and where each of its ways leaves it. */
export const nodeHeight = (kinds, node) => headHeight + wayHeight * waysOf(kinds, node).length + 8;
export const wayOffset = (index) => headHeight + wayHeight * index + wayHeight / 2 + 2;
export const entryOffset = headHeight / 2;

/**
 * Every node's place: what the document says, else what the layers say; `{ places: { name: { x, y } }, bends }`. Ways of
 * what was placed by hand have no bends.
 */
export function laidOut(kinds, flow) {
  const kept = flow.layout ?? {};
  const names = Object.keys(flow.nodes ?? {});
  const placed = names.filter((name) => isPlace(kept[name]));
  if (placed.length === 0) return arrangement(kinds, flow);
  const made = placed.length === names.length ? {} : arrange(kinds, flow);
  return { places: Object.fromEntries(names.map((name) => [name, isPlace(kept[name]) ? point(kept[name]) : made[name]])), bends: {} };
}

export const placesOf = (kinds, flow) => laidOut(kinds, flow).places;

const isPlace = (value) => Array.isArray(value) && value.length === 2 && value.every(Number.isFinite);
const point = ([x, y]) => ({ x, y });

/** The layered layout of the whole flow, whatever was placed by hand. */
export const arrange = (kinds, flow) => arrangement(kinds, flow).places;

/**
 * The same with the bends of ways that pass layers: `{ places, bends }`, with `bends["menu keys.1"]` the places, a node
 * wide, through which that way goes so as to cross no node.
 */
export function arrangement(kinds, flow) {
  const names = Object.keys(flow.nodes ?? {});
  const edges = edgesOf(kinds, flow).filter((edge) => Object.hasOwn(flow.nodes, edge.to) && edge.to !== edge.from);
  const onward = forward(names, edges, flow.start);
  const layers = intoLayers(names, onward, flow.start);
  const { links, chains } = passing(layers, onward);
  const neighbours = { after: group(links, "from", "to"), before: group(links, "to", "from") };
  for (let sweep = 0; sweep < 6; sweep += 1) order(layers, sweep % 2 === 0 ? neighbours.before : neighbours.after, sweep % 2 === 0);
  const all = coordinates(layers, neighbours, (name) => (Object.hasOwn(flow.nodes, name) ? nodeHeight(kinds, flow.nodes[name]) : passage));
  const bends = Object.fromEntries([...chains].map(([way, chain]) => [way, chain.map((one) => ({ x: all[one].x, y: all[one].y + passage / 2 }))]));
  return { places: Object.fromEntries(names.map((name) => [name, all[name]])), bends };
}

/** How high a way is that passes a layer. */
const passage = 14;

/** Gives each way a stand-in in every layer that it passes. No node's name begins like a stand-in's. */
function passing(layers, onward) {
  const depth = new Map(layers.flatMap((layer, index) => layer.map((name) => [name, index])));
  const [links, chains] = [[], new Map()];
  for (const edge of onward) {
    const chain = [];
    for (let at = depth.get(edge.from) + 1; at < depth.get(edge.to); at += 1) {
      const standIn = `\u0000${edge.from}\u0000${edge.way}\u0000${at}`;
      chain.push(standIn);
      layers[at].push(standIn);
    }
    const stops = [edge.from, ...chain, edge.to];
    for (let index = 1; index < stops.length; index += 1) links.push({ from: stops[index - 1], to: stops[index] });
    if (chain.length > 0) chains.set(`${edge.from} ${edge.way}`, chain);
  }
  return { links, chains };
}

function group(edges, key, value) {
  const groups = new Map();
  for (const edge of edges) groups.set(edge[key], [...(groups.get(edge[key]) ?? []), edge[value]]);
  return groups;
}

/** Edges without those that lead back: walking them never ends where it began. */
function forward(names, edges, start) {
  const outgoing = new Map();
  for (const edge of edges) outgoing.set(edge.from, [...(outgoing.get(edge.from) ?? []), edge]);
  const [seen, open, kept] = [new Set(), new Set(), []];
  for (const root of [start, ...names]) {
    if (seen.has(root) || !names.includes(root)) continue;
    const stack = [{ name: root, rest: [...(outgoing.get(root) ?? [])] }];
    seen.add(root);
    open.add(root);
    while (stack.length > 0) {
      const top = stack.at(-1);
      const edge = top.rest.shift();
      if (!edge) {
        open.delete(top.name);
        stack.pop();
      } else if (!open.has(edge.to)) {
        kept.push(edge);
        if (seen.has(edge.to)) continue;
        seen.add(edge.to);
        open.add(edge.to);
        stack.push({ name: edge.to, rest: [...(outgoing.get(edge.to) ?? [])] });
      }
    }
  }
  return kept;
}

/** Each node right of all that lead to it. */
function intoLayers(names, edges, start) {
  const before = group(edges, "to", "from");
  const depths = new Map();
  const depth = (name) => {
    if (!depths.has(name)) {
      depths.set(name, 0);
      depths.set(name, Math.max(-1, ...(before.get(name) ?? []).map(depth)) + 1);
    }
    return depths.get(name);
  };
  const layers = [];
  for (const name of [...names].sort((left, right) => Number(right === start) - Number(left === start))) {
    const at = depth(name);
    (layers[at] ??= []).push(name);
  }
  return [...layers].map((layer) => layer ?? []);
}

/** Puts each layer in the order of the middle of its neighbours in the layer before (or after). */
function order(layers, neighbours, isForward) {
  const rank = new Map(layers.flatMap((layer) => layer.map((name, index) => [name, index / Math.max(1, layer.length)])));
  for (const layer of isForward ? layers : [...layers].reverse()) {
    const middle = new Map(layer.map((name) => {
      const near = neighbours.get(name) ?? [];
      return [name, near.length === 0 ? rank.get(name) : near.reduce((sum, one) => sum + rank.get(one), 0) / near.length];
    }));
    layer.sort((left, right) => middle.get(left) - middle.get(right) || rank.get(left) - rank.get(right));
    layer.forEach((name, index) => rank.set(name, index / Math.max(1, layer.length)));
  }
}

/** Layers side by side; each node near those that it is linked with, as far as the others in its layer let it. */
function coordinates(layers, { before, after }, heightOf) {
  const rows = new Map();
  for (const layer of layers) {
    let free = 0;
    for (const name of layer) {
      rows.set(name, free);
      free += heightOf(name) + rowGap;
    }
  }
  for (let sweep = 0; sweep < 6; sweep += 1) {
    const isForward = sweep % 2 === 0;
    for (const layer of isForward ? layers : [...layers].reverse()) spread(layer, isForward ? before : after, rows, heightOf);
  }
  const top = Math.min(0, ...rows.values());
  return Object.fromEntries(layers.flatMap((layer, index) =>
    layer.map((name) => [name, { x: index * (nodeWidth + columnGap), y: Math.round(rows.get(name) - top) }])));
}

/** In their order and apart: the middle between as high and as low as what each wants allows. */
function spread(layer, neighbours, rows, heightOf) {
  const wanted = layer.map((name) => {
    const near = neighbours.get(name) ?? [];
    return near.length === 0 ? rows.get(name) : near.reduce((sum, one) => sum + rows.get(one), 0) / near.length;
  });
  const low = [...wanted];
  for (let index = 1; index < layer.length; index += 1) low[index] = Math.max(low[index], low[index - 1] + heightOf(layer[index - 1]) + rowGap);
  const high = [...wanted];
  for (let index = layer.length - 2; index >= 0; index -= 1) high[index] = Math.min(high[index], high[index + 1] - heightOf(layer[index]) - rowGap);
  layer.forEach((name, index) => rows.set(name, (low[index] + high[index]) / 2));
}

/** The rectangle around all nodes. */
export function boundsOf(kinds, flow, places) {
  const names = Object.keys(places);
  if (names.length === 0) return { x: 0, y: 0, width: 1, height: 1 };
  const x = Math.min(...names.map((name) => places[name].x));
  const y = Math.min(...names.map((name) => places[name].y));
  return {
    x, y,
    width: Math.max(...names.map((name) => places[name].x + nodeWidth)) - x,
    height: Math.max(...names.map((name) => places[name].y + nodeHeight(kinds, flow.nodes[name]))) - y,
  };
}
