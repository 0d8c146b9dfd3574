// The flow as a drawing: nodes that are dragged, ways that are drawn, moved and zoomed with mouse, wheel and keys.
import { h, s } from "../core/dom.js";
import { t } from "../core/texts.js";
import { connect, place } from "../flows/document.js";
import { problemsOf, trialPath } from "../flows/editor.js";
import { waysOf } from "../flows/kinds.js";
import { boundsOf, entryOffset, laidOut, nodeHeight, nodeWidth, wayOffset } from "../flows/layout.js";
import { fitted, moved, showing, toDrawing, wayLine, zoomed } from "../flows/viewport.js";
import { FlowCard } from "./flow-card.js";
import { listenForGestures } from "./flow-gestures.js";
import { FlowMinimap } from "./flow-minimap.js";
import { neighbour } from "../flows/neighbours.js";

const none = { entered: 0, exits: {} };

/** `actions` is `{ remove(name), addFor({ name, way }, point), copy, paste }`. */
export class FlowCanvas {
  #work;
  #actions;
  #cards = new Map();
  #lines = new Map();
  #view = { x: 0, y: 0, scale: 1 };
  #isFitted = false;
  #laid = { document: null, places: {}, bends: {} };

  constructor(work, actions) {
    this.#work = work;
    this.#actions = actions;
    this.edges = s("g");
    this.draft = s("path", { class: "edge is-drawn" });
    this.svg = s("svg", { class: "edges", "aria-hidden": "true" }, arrowHead(), this.edges, this.draft);
    this.nodes = h("div", { class: "nodes", role: "listbox", "aria-label": t("flows.canvas") });
    this.world = h("div", { class: "world" }, this.svg, this.nodes);
    this.minimap = new FlowMinimap(this);
    this.element = h("div", { class: "flow-canvas", onkeydown: (event) => this.#pressed(event) }, this.world, this.minimap.element);
    listenForGestures(this);
    new ResizeObserver(() => this.#isFitted || this.fit()).observe(this.element);
  }

  get view() { return this.#view; }
  get state() { return this.#work.state; }
  get kinds() { return this.#work.kinds; }
  get places() { return this.#places(this.state); }

  get size() {
    return { width: this.element.clientWidth, height: this.element.clientHeight };
  }

  look(view) {
    this.#view = view;
    this.world.style.transform = `translate(${view.x}px, ${view.y}px) scale(${view.scale})`;
    this.element.style.backgroundPosition = `${view.x}px ${view.y}px`;
    this.element.style.backgroundSize = `${24 * view.scale}px ${24 * view.scale}px`;
    this.minimap.follow();
  }

  zoom(factor, point = { x: this.size.width / 2, y: this.size.height / 2 }) {
    this.look(zoomed(this.#view, factor, point));
  }

  pan(dx, dy) {
    this.look(moved(this.#view, dx, dy));
  }

  /** All of it at once. */
  fit() {
    const { document } = this.state;
    if (!document || this.size.width === 0) return;
    this.#isFitted = true;
    this.look(fitted(boundsOf(this.kinds, document, this.places), this.size));
  }

  /** A point of the page, on the drawing. */
  pointOf({ clientX, clientY }) {
    const frame = this.element.getBoundingClientRect();
    return toDrawing(this.#view, { x: clientX - frame.left, y: clientY - frame.top });
  }

  /** In the middle of what is seen. */
  middle() {
    const { x, y } = toDrawing(this.#view, { x: this.size.width / 2, y: this.size.height / 2 });
    return { x: x - nodeWidth / 2, y: y - 40 };
  }

  show(state) {
    const { document } = state;
    if (!document) return;
    const places = this.#places(state);
    const path = trialPath(state.trial);
    const counts = state.counts && new Map(state.counts.nodes.map((one) => [one.node, one]));
    const entry = state.selected ?? (Object.hasOwn(document.nodes, document.start) ? document.start : Object.keys(document.nodes)[0]);
    for (const [name, card] of this.#cards) if (!Object.hasOwn(document.nodes, name)) (card.element.remove(), this.#cards.delete(name));
    for (const [name, node] of Object.entries(document.nodes)) {
      const card = this.#cards.get(name) ?? this.#addCard(name);
      card.element.classList.remove("is-dragged");
      card.moveTo(places[name]);
      card.show(this.kinds, {
        node, isStart: document.start === name, isSelected: state.selected === name, isEntry: name === entry,
        problems: problemsOf(state, name), turns: path.nodes.get(name) ?? [],
        passed: new Set([...path.ways].filter((way) => way.startsWith(`${name} `)).map((way) => way.slice(name.length + 1))),
        counts: counts ? counts.get(name) ?? none : null,
      });
    }
    this.#drawWays(document, places, path);
    this.minimap.show(document, places);
    if (!this.#isFitted) this.fit();
  }

  #addCard(name) {
    const card = new FlowCard(name);
    this.#cards.set(name, card);
    this.nodes.append(card.element);
    return card;
  }

  #places(state) {
    if (this.#laid.document !== state.document) this.#laid = { document: state.document, ...laidOut(this.kinds, state.document) };
    return this.#laid.places;
  }

  #drawWays(document, places, path) {
    const wanted = new Set();
    for (const [name, node] of Object.entries(document.nodes)) {
      waysOf(this.kinds, node).forEach((way, index) => {
        if (way.to === null || !places[way.to]) return;
        const key = `${name} ${way.way}`;
        wanted.add(key);
        const line = this.#lines.get(key) ?? this.#addLine(key);
        line.setAttribute("d", wayLine(exitOf(places[name], index), entryOf(places[way.to]), this.#laid.bends[key], nodeWidth));
        line.dataset.from = name;
        line.dataset.to = way.to;
        line.classList.toggle("is-passed", path.ways.has(key));
        line.classList.toggle("is-near", this.state.selected === name || this.state.selected === way.to);
      });
    }
    for (const [key, line] of this.#lines) if (!wanted.has(key)) (line.remove(), this.#lines.delete(key));
  }

  #addLine(key) {
    const line = s("path", { class: "edge", "marker-end": "url(#arrow)" });
    this.#lines.set(key, line);
    this.edges.append(line);
    return line;
  }

  // While something is dragged: nothing but what moves is touched.

  /** Draws one node elsewhere, with its ways; the document does not know of it yet. */
  preview(name, position) {
    const places = { ...this.places, [name]: position };
    const card = this.#cards.get(name);
    card?.moveTo(position);
    card?.element.classList.add("is-dragged");
    const { nodes } = this.state.document;
    for (const [key, line] of this.#lines) {
      if (line.dataset.from !== name && line.dataset.to !== name) continue;
      const index = waysOf(this.kinds, nodes[line.dataset.from]).findIndex((way) => `${line.dataset.from} ${way.way}` === key);
      line.setAttribute("d", wayLine(exitOf(places[line.dataset.from], index), entryOf(places[line.dataset.to])));
    }
  }

  /** The first node that is placed by hand keeps all others where they are. */
  drop(name, position) {
    this.#work.edit(place(this.withPlaces(this.state.document), name, position), { select: name });
  }

  /** The document with every node where it is drawn. */
  withPlaces(document) {
    return { ...document, layout: Object.fromEntries(Object.entries(this.places).map(([name, { x, y }]) => [name, [x, y]])) };
  }

  /** The first way of a node that ought to lead somewhere and does not; else one that may. */
  openWay(name) {
    const unset = waysOf(this.kinds, this.state.document.nodes[name]).filter((way) => way.to === null);
    return unset.find((way) => way.isRequired) ?? unset.find((way) => way.isOpen) ?? null;
  }

  drawTo(name, index, point) {
    this.draft.setAttribute("d", point ? wayLine(exitOf(this.places[name], index), point) : "");
  }

  connect(name, index, to, point) {
    const way = waysOf(this.kinds, this.state.document.nodes[name])[index];
    if (!way) return;
    if (to) this.#work.edit(connect(this.state.document, name, way, to), { select: name });
    else this.#actions.addFor({ name, way }, point);
  }

  select(name) {
    this.#work.store.send({ type: "selected", name });
  }

  /** Brings a node into view. */
  reveal(name) {
    const at = this.places[name];
    if (at) this.look(showing(this.#view, { ...at, width: nodeWidth, height: nodeHeight(this.kinds, this.state.document.nodes[name]) }, this.size));
  }

  focusNode(name) {
    this.reveal(name);
    this.#cards.get(name)?.element.focus({ preventScroll: true });
  }

  #pressed(event) {
    if (event.isComposing || event.target.closest("input, select, textarea")) return;
    const name = event.target.closest(".node")?.dataset.node ?? this.state.selected;
    const isWithControl = event.ctrlKey || event.metaKey;
    if (event.key.startsWith("Arrow") && name) {
      if (isWithControl) this.#nudge(name, event.key);
      else {
        const next = neighbour(this.kinds, this.state.document, this.places, name, event.key.slice(5).toLowerCase());
        if (next) (this.select(next), this.focusNode(next));
      }
    } else if (event.key === "Enter" && name) (this.select(name), this.#actions.edit());
    else if (event.key === "Delete" && name) this.#actions.remove(name);
    else if (isWithControl && event.key === "c" && name) this.#actions.copy(name);
    else if (isWithControl && event.key === "v") this.#actions.paste();
    else if (event.key === "+" || event.key === "=") this.zoom(1.2);
    else if (event.key === "-") this.zoom(1 / 1.2);
    else if (event.key === "0") this.fit();
    else return;
    event.preventDefault();
  }

  #nudge(name, key) {
    const { x, y } = this.places[name];
    const [dx, dy] = { ArrowLeft: [-24, 0], ArrowRight: [24, 0], ArrowUp: [0, -24], ArrowDown: [0, 24] }[key] ?? [0, 0];
    this.drop(name, { x: x + dx, y: y + dy });
    this.focusNode(name);
  }
}

const exitOf = ({ x, y }, index) => ({ x: x + nodeWidth, y: y + wayOffset(Math.max(0, index)) });
const entryOf = ({ x, y }) => ({ x, y: y + entryOffset });

function arrowHead() {
  return s("defs", {}, s("marker", {
    id: "arrow", viewBox: "0 0 10 10", refX: "9", refY: "5", markerWidth: "8", markerHeight: "8", orient: "auto", markerUnits: "userSpaceOnUse",
  }, s("path", { d: "M0 1 9 5 0 9z", class: "arrow" })));
}
