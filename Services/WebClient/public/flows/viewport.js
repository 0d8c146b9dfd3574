// Where on the canvas one looks: pure arithmetic of moving and zooming. A view is `{ x, y, scale }`.

const least = 0.15;
const most = 2;
const margin = 36;

export const clampScale = (scale) => Math.min(most, Math.max(least, scale));

/** A point on the screen (within the canvas), on the drawing. */
export const toDrawing = (view, { x, y }) => ({ x: (x - view.x) / view.scale, y: (y - view.y) / view.scale });

/** Zooms so that what is under the point stays there. */
export function zoomed(view, factor, point) {
  const scale = clampScale(view.scale * factor);
  const at = toDrawing(view, point);
  return { scale, x: point.x - at.x * scale, y: point.y - at.y * scale };
}

export const moved = (view, dx, dy) => ({ ...view, x: view.x + dx, y: view.y + dy });

/** All of it, in the middle, never larger than life. */
export function fitted(bounds, size) {
  const scale = clampScale(Math.min(1, (size.width - 2 * margin) / bounds.width, (size.height - 2 * margin) / bounds.height));
  return {
    scale,
    x: Math.round((size.width - bounds.width * scale) / 2 - bounds.x * scale),
    y: Math.round(Math.max(margin, (size.height - bounds.height * scale) / 2) - bounds.y * scale),
  };
}

/** Moved no further than needed to show a rectangle of the drawing. */
export function showing(view, rectangle, size) {
  const left = rectangle.x * view.scale + view.x;
  const top = rectangle.y * view.scale + view.y;
  const right = left + rectangle.width * view.scale;
  const bottom = top + rectangle.height * view.scale;
  const dx = left < margin ? margin - left : right > size.width - margin ? Math.max(size.width - margin - right, margin - left) : 0;
  const dy = top < margin ? margin - top : bottom > size.height - margin ? Math.max(size.height - margin - bottom, margin - top) : 0;
  return dx === 0 && dy === 0 ? view : moved(view, dx, dy);
}

const grid = 8;
export const snapped = ({ x, y }) => ({ x: Math.round(x / grid) * grid, y: Math.round(y / grid) * grid });

/** The line of a way, from its port to the head of a node, straight through the bends of a width; one that leads back swings out below. */
export function wayLine(from, to, bends = [], width = 0) {
  if (bends.length > 0) {
    const stops = [...bends.map(({ x, y }) => ({ enter: { x, y }, leave: { x: x + width, y } })), { enter: to, leave: to }];
    let [line, at] = [`M${from.x} ${from.y}`, from];
    for (const { enter, leave } of stops) {
      const reach = (enter.x - at.x) / 2;
      line += `C${at.x + reach} ${at.y} ${enter.x - reach} ${enter.y} ${enter.x} ${enter.y}`;
      if (leave !== enter) line += `L${leave.x} ${leave.y}`;
      at = leave;
    }
    return line;
  }
  const dx = to.x - from.x;
  if (dx >= 24) {
    const reach = Math.max(36, Math.min(160, dx / 2));
    return `M${from.x} ${from.y}C${from.x + reach} ${from.y} ${to.x - reach} ${to.y} ${to.x} ${to.y}`;
  }
  const swing = Math.abs(to.y - from.y) < 60 ? 90 : 0;
  const reach = 70 + Math.min(120, Math.abs(dx) / 4);
  return `M${from.x} ${from.y}C${from.x + reach} ${from.y + swing} ${to.x - reach} ${to.y + swing} ${to.x} ${to.y}`;
}
