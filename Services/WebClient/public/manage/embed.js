// What a tenant's web site puts into its pages. Pure.

const marks = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Quotes a text for the inside of an attribute's quotation marks. */
const quoted = (text) => String(text).replace(/[&<>"]/g, (mark) => marks[mark]);

/** `orderId` is written `data-order-id`, which a page reads as `dataset.orderId`. */
const dataName = (name) => `data-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/**
 * The lines for a page with the button of a web entry: `door` is the address of the suite's front door, `attributes` are
 * the names of what the page may say of its visitor, to be filled in.
 */
export function embedCode({ door, tenant, entry, attributes = [] }) {
  const data = (attributes ?? []).map((name) => ` ${quoted(dataName(name))}=""`).join("");
  return [
    `<script type="module" src="${quoted(door)}/embed/web-call.js"></script>`,
    `<carillon-call tenant="${quoted(tenant)}" entry="${quoted(entry)}"${data}></carillon-call>`,
  ].join("\n");
}
