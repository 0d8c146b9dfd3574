// Handing a file to whoever looks at the page.
import { h } from "../core/dom.js";

/** Saves what an object's address leads to, under a name; the address is good for nothing afterwards. */
export function saveFile(address, name) {
  h("a", { href: address, download: name }).click();
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
