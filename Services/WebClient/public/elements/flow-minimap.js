// The whole flow in a corner of the canvas, and where in it one looks; pressed, one looks there.
import { s } from "../core/dom.js";
import { boundsOf, nodeHeight, nodeWidth } from "../flows/layout.js";

const size = { width: 168, height: 112 };
/** A flow of fewer nodes is seen whole anyway. */
const least = 10;

/** Drawn from the canvas's places; for the eye and the mouse only, so hidden from screen readers. */
export class FlowMinimap {
  #canvas;
  #scale = 1;
  #origin = { x: 0, y: 0 };

  constructor(canvas) {
    this.#canvas = canvas;
    this.nodes = s("path", { class: "minimap-nodes" });
    this.frame = s("rect", { class: "minimap-frame", rx: 3 });
    this.element = s("svg", { class: "minimap", viewBox: `0 0 ${size.width} ${size.height}`, "aria-hidden": "true", onpointerdown: (event) => this.#begin(event) }, this.nodes, this.frame);
  }

  show(document, places) {
    const names = Object.keys(places);
    this.element.classList.toggle("is-shown", names.length >= least);
    if (names.length < least) return;
    const bounds = boundsOf(this.#canvas.kinds, document, places);
    this.#scale = Math.min((size.width - 8) / bounds.width, (size.height - 8) / bounds.height);
    this.#origin = { x: bounds.x - (size.width / this.#scale - bounds.width) / 2, y: bounds.y - (size.height / this.#scale - bounds.height) / 2 };
    this.nodes.setAttribute("d", names.map((name) => this.#box(places[name], nodeHeight(this.#canvas.kinds, document.nodes[name]))).join(""));
    this.follow();
  }

  #box({ x, y }, height) {
    const [left, top] = [(x - this.#origin.x) * this.#scale, (y - this.#origin.y) * this.#scale];
    return `M${left.toFixed(1)} ${top.toFixed(1)}h${(nodeWidth * this.#scale).toFixed(1)}v${Math.max(1, height * this.#scale).toFixed(1)}h${(-nodeWidth * this.#scale).toFixed(1)}z`;
  }

  /** Where one looks now. */
  follow() {
    const { view } = this.#canvas;
    const seen = this.#canvas.size;
    const rectangle = {
      x: (-view.x / view.scale - this.#origin.x) * this.#scale, y: (-view.y / view.scale - this.#origin.y) * this.#scale,
      width: (seen.width / view.scale) * this.#scale, height: (seen.height / view.scale) * this.#scale,
    };
    for (const [name, value] of Object.entries(rectangle)) this.frame.setAttribute(name, value.toFixed(1));
  }

  #begin(first) {
    first.stopPropagation();
    const look = (event) => {
      const frame = this.element.getBoundingClientRect();
      const { view, size: seen } = this.#canvas;
      const x = (event.clientX - frame.left) / this.#scale + this.#origin.x;
      const y = (event.clientY - frame.top) / this.#scale + this.#origin.y;
      this.#canvas.look({ ...view, x: seen.width / 2 - x * view.scale, y: seen.height / 2 - y * view.scale });
    };
    const ends = new AbortController();
    window.addEventListener("pointermove", look, { signal: ends.signal });
    for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, () => ends.abort(), { signal: ends.signal });
    look(first);
  }
}
