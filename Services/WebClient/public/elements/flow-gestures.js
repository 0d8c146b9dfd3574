// What the mouse, a finger and the wheel do on the canvas: move the drawing, drag a node, draw a way.
import { snapped } from "../flows/viewport.js";

const threshold = 3;

/** Listens on the canvas's element until it is gone. */
export function listenForGestures(canvas) {
  canvas.element.addEventListener("pointerdown", (event) => begin(canvas, event));
  canvas.element.addEventListener("wheel", (event) => {
    event.preventDefault();
    const frame = canvas.element.getBoundingClientRect();
    const point = { x: event.clientX - frame.left, y: event.clientY - frame.top };
    if (event.shiftKey) canvas.pan(-event.deltaY - event.deltaX, 0);
    else canvas.zoom(Math.exp(-Math.max(-60, Math.min(60, event.deltaY)) / 300), point);
  }, { passive: false });
}

function begin(canvas, event) {
  if (event.button !== 0 && event.button !== 1) return;
  const node = event.target.closest(".node");
  const port = event.target.closest(".port");
  const name = node?.dataset.node;
  const gesture = port ? drawing(canvas, name, Number(port.dataset.port))
    : node && event.button === 0 ? dragging(canvas, name, canvas.pointOf(event)) : panning(canvas);
  if (port) event.preventDefault();
  follow(canvas.element, event, gesture);
}

/** Follows the pointer until it is let go; Escape takes it back. */
function follow(element, first, gesture) {
  let last = first;
  let isMoving = false;
  let frame = 0;
  const ends = new AbortController();
  const listen = (target, name, action) => target.addEventListener(name, action, { signal: ends.signal });
  const draw = () => {
    frame = 0;
    gesture.move(last, first);
  };
  const end = (isDone) => {
    ends.abort();
    if (frame) cancelAnimationFrame(frame);
    gesture.end(isDone ? last : null, isMoving, first);
  };
  listen(window, "pointermove", (event) => {
    if (event.pointerId !== first.pointerId) return;
    isMoving ||= Math.abs(event.clientX - first.clientX) + Math.abs(event.clientY - first.clientY) > threshold;
    if (!isMoving) return;
    last = event;
    frame ||= requestAnimationFrame(draw);
  });
  listen(window, "pointerup", (event) => event.pointerId === first.pointerId && end(true));
  listen(window, "pointercancel", () => end(false));
  listen(window, "keydown", (event) => event.key === "Escape" && end(false));
  element.classList.add("is-held");
  ends.signal.addEventListener("abort", () => element.classList.remove("is-held"));
}

function panning(canvas) {
  const { x, y } = canvas.view;
  return {
    move: (event, first) => canvas.look({ ...canvas.view, x: x + event.clientX - first.clientX, y: y + event.clientY - first.clientY }),
    end: (event, hasMoved) => !hasMoved && canvas.select(null),
  };
}

function dragging(canvas, name, grip) {
  const from = canvas.places[name];
  const at = (event) => {
    const point = canvas.pointOf(event);
    return snapped({ x: from.x + point.x - grip.x, y: from.y + point.y - grip.y });
  };
  canvas.select(name);
  return {
    move: (event) => canvas.preview(name, at(event)),
    end: (event, hasMoved) => {
      if (hasMoved && event) canvas.drop(name, at(event));
      else canvas.preview(name, from);
    },
  };
}

function drawing(canvas, name, index) {
  const under = (event) => document.elementFromPoint(event.clientX, event.clientY)?.closest(".node") ?? null;
  let marked = null;
  const mark = (node) => {
    marked?.classList.remove("is-target");
    marked = node;
    marked?.classList.add("is-target");
  };
  return {
    move: (event) => {
      mark(under(event));
      canvas.drawTo(name, index, canvas.pointOf(event));
    },
    end: (event, hasMoved) => {
      mark(null);
      canvas.drawTo(name, index, null);
      if (!event || !hasMoved) return canvas.select(name);
      canvas.connect(name, index, under(event)?.dataset.node ?? null, canvas.pointOf(event));
    },
  };
}
