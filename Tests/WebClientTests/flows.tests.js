import { addNode, comparable, connect, difference, isEmptyDifference, isSame, mayBeNamed, place, removeNode, renameNode, setField, withValue } from "/flows/document.js";
import { initialEditor, problemsOf, reduceEditor, scriptOf, trialPath } from "/flows/editor.js";
import { pasted } from "/flows/clipboard.js";
import { edgesOf, freeKey, readKinds, waysOf } from "/flows/kinds.js";
import { arrange, arrangement, boundsOf, nodeHeight, nodeWidth, placesOf } from "/flows/layout.js";
import { neighbour } from "/flows/neighbours.js";
import { fitted, showing, toDrawing, wayLine, zoomed } from "/flows/viewport.js";
import { expect, test } from "./expect.js";
import { schema } from "./flow-schema.js";

const kinds = readKinds(schema);
const flow = {
  schema: 1, name: "Night", language: "zh", start: "menu",
  nodes: {
    menu: { type: "menu", prompts: [{ say: "一" }], keys: { 1: "sales", 2: "bye" }, onFailed: "bye" },
    sales: { type: "queue", queue: "sales", onTimeout: "bye" },
    bye: { type: "hangUp" },
  },
};
const frozen = (value) => {
  if (value && typeof value === "object") Object.values(Object.freeze(value)).forEach(frozen);
  return value;
};
frozen(flow);

test("the kinds of nodes are those of the schema, whatever they are", () => {
  expect([...kinds.keys()], ["menu", "queue", "hangUp", "condition", "calendar", "novelty"]);
  const names = kinds.get("menu").fields.map((field) => field.name);
  expect(names.slice(0, 2), ["prompts", "keys"]);
  expect(names.at(-1), "onFailed");
});

test("a way out of a node is any field that names a node, as counters call it", () => {
  expect(waysOf(kinds, flow.nodes.menu).map((way) => [way.way, way.to]), [["keys.1", "sales"], ["keys.2", "bye"], ["keys.+", null], ["onFailed", "bye"]]);
  expect(waysOf(kinds, { type: "condition", then: "a" }).map((way) => [way.way, way.to]), [["then", "a"], ["else", null]]);
});

test("ways within lists and records of a kind that nobody here has heard of are found too", () => {
  const node = { type: "novelty", onSuccess: "a", cases: [{ when: "x", next: "b" }, { when: "y" }] };
  expect(waysOf(kinds, node).map((way) => [way.way, way.to]), [["cases.0.next", "b"], ["cases.1.next", null], ["onSuccess", "a"]]);
});

test("a node of a kind that the schema does not know keeps its ways", () => {
  expect(waysOf(kinds, { type: "gone", next: "bye", onFailed: "menu", text: "bye" }).map((way) => way.way), ["next", "onFailed"]);
});

test("every way of a flow is an edge, and one that leads nowhere is none", () => {
  expect(edgesOf(kinds, flow).map((edge) => `${edge.from}>${edge.way}>${edge.to}`),
    ["menu>keys.1>sales", "menu>keys.2>bye", "menu>onFailed>bye", "sales>onTimeout>bye"]);
});

test("changes leave the document of before as it was", () => {
  const next = setField(flow, "menu", ["prompts", 0, "say"], "二");
  expect([flow.nodes.menu.prompts[0].say, next.nodes.menu.prompts[0].say], ["一", "二"]);
  expect(next.nodes.sales === flow.nodes.sales, true);
  expect(withValue({ list: ["a", "b", "c"] }, ["list", 1], undefined), { list: ["a", "c"] });
  expect(withValue({ a: 1, b: 2 }, ["a"], undefined), { b: 2 });
});

test("a new node has a name of its own and what its kind must have", () => {
  const { flow: next, name } = addNode(kinds, flow, "menu", { x: 10.4, y: 20 });
  expect([name, next.nodes.menu2, next.layout], ["menu2", { type: "menu", prompts: [{ say: "" }], keys: {} }, { menu2: [10, 20] }]);
  expect(addNode(kinds, { nodes: {} }, "hangUp").flow.start, "hangUp");
  expect(Object.keys(addNode(kinds, flow, "calendar").flow.nodes.calendar.hours), ["mon", "tue", "wed", "thu", "fri"]);
});

test("a way is connected, taken back, and an open one becomes the next free key", () => {
  const [, , open, failed] = waysOf(kinds, flow.nodes.menu);
  expect(connect(flow, "menu", failed, "sales").nodes.menu.onFailed, "sales");
  expect(Object.hasOwn(connect(flow, "menu", failed, null).nodes.menu, "onFailed"), false);
  expect(connect(flow, "menu", open, "bye").nodes.menu.keys, { 1: "sales", 2: "bye", 3: "bye" });
  expect(freeKey(Object.fromEntries([..."1234567890*#"].map((key) => [key, "x"]))), null);
});

test("removing a node lets go of all ways to it, keys stay to be led elsewhere, and the start moves on", () => {
  const next = removeNode(kinds, flow, "bye");
  expect([next.nodes.menu.keys, Object.hasOwn(next.nodes.menu, "onFailed"), Object.hasOwn(next.nodes.sales, "onTimeout")], [{ 1: "sales", 2: "" }, false, false]);
  expect(removeNode(kinds, flow, "menu").start, "sales");
});

test("a renamed node is named so everywhere, and keeps its place in the order", () => {
  const next = renameNode(kinds, place(flow, "bye", { x: 1, y: 2 }), "bye", "end");
  expect(next.nodes.menu.keys, { 1: "sales", 2: "end" });
  expect([next.nodes.menu.onFailed, next.nodes.sales.onTimeout, Object.keys(next.nodes), next.layout], ["end", "end", ["menu", "sales", "end"], { end: [1, 2] }]);
  expect(renameNode(kinds, flow, "menu", "main").start, "main");
  expect(["", "sales", " x", "__proto__", "fine"].map((name) => mayBeNamed(flow, "menu", name)), [false, false, false, false, true]);
});

test("what is pasted leads only to nodes that are there", () => {
  const { flow: next, name } = pasted(kinds, { nodes: { bye: { type: "hangUp" } }, start: "bye" }, { name: "menu", node: flow.nodes.menu }, null);
  expect([name, next.nodes.menu.keys, next.nodes.menu.onFailed], ["menu", { 1: "", 2: "bye" }, "bye"]);
});

test("places and empty fields make no difference; everything else does, node by node", () => {
  expect(isSame(place(flow, "bye", { x: 5, y: 5 }), flow), true);
  expect(isSame({ a: 1, b: null }, { a: 1 }), true);
  expect(Object.keys(comparable({ b: 1, a: 2 })), ["a", "b"]);
  const after = removeNode(kinds, addNode(kinds, { ...flow, name: "Day" }, "condition").flow, "bye");
  const found = difference(flow, after);
  expect([found.added, found.removed, found.changed.map((one) => one.name)], [["condition"], ["bye"], ["menu", "sales"]]);
  expect(found.settings, [{ field: "name", before: "Night", after: "Day" }]);
  expect(found.changed[1].fields, [{ field: "onTimeout", before: "bye", after: null }]);
  expect([isEmptyDifference(difference(flow, flow)), difference(null, flow).added.length], [true, 3]);
});

test("the layout puts each node right of those that lead to it, and none on another", () => {
  const places = arrange(kinds, flow);
  for (const { from, to } of edgesOf(kinds, flow)) expect(places[to].x > places[from].x, true);
  overlapNot(kinds, flow, places);
});

test("a way that passes a layer goes between its nodes", () => {
  const nodes = { a: { type: "condition", then: "b", else: "c" }, b: { type: "condition", then: "c", else: "c" }, c: { type: "hangUp" } };
  const { places, bends } = arrangement(kinds, { start: "a", nodes });
  expect(Object.keys(bends), ["a else"]);
  const [bend] = bends["a else"];
  expect([bends["a else"].length, bend.x], [1, places.b.x]);
  expect(bend.y < places.b.y || bend.y > places.b.y + nodeHeight(kinds, nodes.b), true);
  expect(wayLine({ x: 0, y: 0 }, { x: 90, y: 0 }, [{ x: 20, y: 40 }], 50), "M0 0C10 0 10 40 20 40L70 40C80 40 80 0 90 0");
});

test("circles, loops and nodes that nobody reaches are laid out as well", () => {
  const nodes = {
    a: { type: "condition", then: "b", else: "a" }, b: { type: "condition", then: "a", else: "c" },
    c: { type: "menu", prompts: [], keys: { 1: "b", 2: "missing" } }, alone: { type: "hangUp" },
  };
  const places = arrange(kinds, { start: "a", nodes });
  expect(Object.keys(places).sort(), ["a", "alone", "b", "c"]);
  expect(places.b.x > places.a.x && places.c.x > places.b.x, true);
  overlapNot(kinds, { nodes }, places);
  expect(arrange(kinds, { start: "", nodes: {} }), {});
});

test("two hundred nodes are laid out at once, at their places and without overlap", () => {
  const nodes = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`n${index}`, { type: "condition", then: `n${index * 2 + 1}`, else: `n${index * 2 + 2}` }]));
  const began = performance.now();
  const places = arrange(kinds, { start: "n0", nodes });
  expect(performance.now() - began < 500, true);
  overlapNot(kinds, { nodes }, places);
});

test("a node that was placed by hand stays there, the others are placed around", () => {
  const places = placesOf(kinds, place(flow, "sales", { x: 901, y: 77 }));
  expect([places.sales, Object.keys(places).length], [{ x: 901, y: 77 }, 3]);
  expect(placesOf(kinds, { ...flow, layout: { sales: ["x", null], menu: [1] } }).sales, arrange(kinds, flow).sales);
});

function overlapNot(kinds, flow, places) {
  const boxes = Object.entries(places).map(([name, { x, y }]) => ({ name, x, y, height: nodeHeight(kinds, flow.nodes[name]) }));
  for (const [index, one] of boxes.entries()) {
    for (const other of boxes.slice(index + 1)) {
      const isApart = Math.abs(one.x - other.x) >= nodeWidth || (one.y < other.y ? one.y + one.height <= other.y : other.y + other.height <= one.y);
      if (!isApart) throw new Error(`${one.name} lies on ${other.name}`);
    }
  }
}

test("arrow keys follow the ways, or lead to what stands there", () => {
  const places = { menu: { x: 0, y: 0 }, sales: { x: 300, y: 0 }, bye: { x: 300, y: 200 } };
  const to = (name, direction) => neighbour(kinds, flow, places, name, direction);
  expect([to("menu", "right"), to("sales", "left"), to("sales", "down"), to("bye", "up"), to("menu", "up")], ["sales", "menu", "bye", "sales", null]);
});

test("zooming keeps what is under the pointer, and the whole flow fits", () => {
  const view = zoomed({ x: 10, y: 20, scale: 1 }, 1.5, { x: 100, y: 100 });
  expect(toDrawing(view, { x: 100, y: 100 }), { x: 90, y: 80 });
  expect(zoomed(view, 1000, { x: 0, y: 0 }).scale, 2);
  const fit = fitted({ x: 0, y: 0, width: 2000, height: 400 }, { width: 1072, height: 600 });
  expect(fit.scale, 0.5);
  expect(fitted({ x: 0, y: 0, width: 100, height: 50 }, { width: 1000, height: 600 }).scale, 1);
  expect(showing({ x: 0, y: 0, scale: 1 }, { x: 100, y: 100, width: 50, height: 50 }, { width: 500, height: 500 }), { x: 0, y: 0, scale: 1 });
  expect(showing({ x: 0, y: 0, scale: 1 }, { x: 600, y: 100, width: 50, height: 50 }, { width: 500, height: 500 }).x, -186);
});

test("a way that leads back swings out", () => {
  expect(wayLine({ x: 0, y: 0 }, { x: 200, y: 10 }), "M0 0C100 0 100 10 200 10");
  expect(wayLine({ x: 200, y: 0 }, { x: 0, y: 10 }).startsWith("M200 0C"), true);
});

test("the bounds hold every node", () => {
  const bounds = boundsOf(kinds, flow, { menu: { x: -50, y: 0 }, sales: { x: 300, y: 40 }, bye: { x: 10, y: 900 } });
  expect([bounds.x, bounds.width, bounds.height > 900], [-50, 350 + nodeWidth, true]);
});

// The editor's state.

const opened = (more = {}) => reduceEditor(initialEditor, { type: "opened", flowID: "night", document: flow, published: null, revision: 3, ...more });
const edit = (state, name, at, merge) => reduceEditor(state, { type: "edited", document: { ...state.document, name }, at, merge });

test("typing in one field is one step; going back and forth restores exactly what was", () => {
  let state = opened();
  state = edit(state, "N", 1000, "name");
  state = edit(state, "Ni", 1500, "name");
  state = edit(state, "Day", 9000, "name");
  expect(state.past.length, 2);
  state = reduceEditor(state, { type: "undo" });
  expect(state.document.name, "Ni");
  state = reduceEditor(state, { type: "undo" });
  expect(state.document === flow, true);
  expect(reduceEditor(state, { type: "undo" }) === state, true);
  state = reduceEditor(reduceEditor(state, { type: "redo" }), { type: "redo" });
  expect([state.document.name, state.future.length], ["Day", 0]);
  expect(edit(reduceEditor(state, { type: "undo" }), "Other", 9100).future, []);
});

test("a hundred steps and more can be undone", () => {
  let state = opened();
  for (let count = 0; count < 150; count += 1) state = edit(state, `v${count}`, count);
  for (let count = 0; count < 150; count += 1) state = reduceEditor(state, { type: "undo" });
  expect(state.document === flow, true);
});

test("going back to what is saved leaves nothing to save; a conflict stays until it is settled", () => {
  let state = edit(opened(), "x", 1);
  expect(state.saving, "waiting");
  expect(reduceEditor(state, { type: "undo" }).saving, "clean");
  state = reduceEditor(state, { type: "savingBegan" });
  expect(edit(state, "y", 5000).saving, "running");
  const saved = reduceEditor(state, { type: "saved", document: state.document, revision: 4 });
  expect([saved.saving, saved.revision], ["clean", 4]);
  state = reduceEditor(edit(state, "y", 5000), { type: "savingFailed", isConflict: true });
  expect(edit(state, "z", 9000).saving, "conflict");
});

test("what was found wrong with another document is not shown", () => {
  const state = edit(opened(), "x", 1);
  expect(reduceEditor(state, { type: "checked", document: flow, problems: [{ node: "menu", message: "?" }] }).problems, []);
  const found = reduceEditor(state, { type: "checked", document: state.document, problems: [{ node: "menu", message: "?" }, { message: "!" }] });
  expect([problemsOf(found, "menu").length, problemsOf(found, null).length, problemsOf(found, "bye").length], [1, 1, 0]);
});

test("a node that is gone is not selected any more, and a trial of before is not shown", () => {
  let state = reduceEditor(opened(), { type: "selected", name: "bye" });
  state = reduceEditor(state, { type: "trial", result: { steps: [] } });
  state = reduceEditor(state, { type: "edited", document: removeNode(kinds, flow, "bye"), at: 1 });
  expect([state.selected, state.trial], [null, null]);
});

test("publishing makes the drawing the published one; what was typed meanwhile is owed", () => {
  const state = edit(opened(), "x", 1);
  const done = reduceEditor(state, { type: "published", published: { version: 2 }, document: state.document });
  expect([done.saving, done.revision, done.published.version], ["clean", 0, 2]);
  expect(reduceEditor(edit(state, "y", 9000), { type: "published", published: { version: 2 }, document: state.document }).saving, "waiting");
});

test("a trial's way is the nodes and ways of this flow, by turns; sub-flows are not drawn", () => {
  const path = trialPath({ steps: [{ flow: "trial", node: "menu", exit: "keys.1" }, { flow: "other", node: "x", exit: "next" }, { flow: "trial", node: "menu", exit: "onFailed" }, { flow: "trial", node: "bye" }] });
  expect([...path.nodes], [["menu", [1, 2]], ["bye", [3]]]);
  expect([...path.ways], ["menu keys.1", "menu onFailed"]);
});

test("keys of a trial are typed by turns, with a dash for a turn without any", () => {
  const script = { caller: "", called: "", at: null, keys: "1，-, 138#", attributes: {}, queues: [], transfers: [] };
  expect(scriptOf(script), { keys: ["1", "", "138#"] });
  expect(scriptOf({ ...script, keys: " ", caller: "138", at: 5, attributes: { vip: "yes" }, queues: ["timeout"] }),
    { caller: "138", at: 5000, attributes: { vip: "yes" }, queues: ["timeout"] });
});
