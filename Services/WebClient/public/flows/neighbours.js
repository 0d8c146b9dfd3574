// Which node an arrow key leads to: to the right along the ways, to the left against them, up and down to what stands there.
import { edgesOf } from "./kinds.js";

/** The name of the next node to the `left`, `right`, `up` or `down`; null if there is none. */
export function neighbour(kinds, flow, places, name, direction) {
  if (direction === "right" || direction === "left") {
    const [from, to] = direction === "right" ? ["from", "to"] : ["to", "from"];
    const linked = edgesOf(kinds, flow).filter((edge) => edge[from] === name && edge[to] !== name && places[edge[to]]);
    if (linked.length > 0) return linked[0][to];
  }
  return nearest(places, name, direction);
}

function nearest(places, name, direction) {
  const [along, across, sign] = { up: ["y", "x", -1], down: ["y", "x", 1], left: ["x", "y", -1], right: ["x", "y", 1] }[direction] ?? [];
  if (!along) return null;
  const here = places[name];
  const candidates = Object.entries(places).filter(([other, at]) => other !== name && (at[along] - here[along]) * sign > 4);
  const cost = (at) => Math.abs(at[along] - here[along]) + 2 * Math.abs(at[across] - here[across]);
  return candidates.sort(([, left], [, right]) => cost(left) - cost(right))[0]?.[0] ?? null;
}
