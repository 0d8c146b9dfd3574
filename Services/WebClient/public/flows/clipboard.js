// A node that is put into a flow again, or into another one.
import { addNode, setField } from "./document.js";
import { waysOf } from "./kinds.js";

/** A copy under a name of its own; ways to nodes that this flow does not have lead nowhere. */
export function pasted(kinds, flow, copy, position) {
  const added = addNode(kinds, flow, copy.node?.type ?? copy.name, flow.layout ? position : null, copy);
  let next = added.flow;
  for (const way of waysOf(kinds, next.nodes[added.name])) {
    if (way.to !== null && !Object.hasOwn(next.nodes, way.to)) next = setField(next, added.name, way.path, way.isKey ? "" : undefined);
  }
  return { flow: next, name: added.name };
}
