// Where one is in the page: what stands behind the # of its address.
import { store } from "./store.js";

const read = () => store.send({ type: "placeChanged", place: location.hash.replace(/^#\/?/, "") });

export function followPlace() {
  window.addEventListener("hashchange", read);
  read();
}
