import { h } from "/core/dom.js";
import { Part } from "/elements/part.js";
import { store } from "/desk/store.js";
import { expect, test } from "./expect.js";

customElements.define("test-part", class extends Part {
  build() {
    return [h("input", { name: "user" }), h("button", { type: "button" }, String(store.state.language))];
  }
});

test("a change of language keeps what was typed and where one was", () => {
  const part = document.createElement("test-part");
  document.body.append(part);
  part.querySelector("input").value = "li";
  part.querySelector("button").focus();
  store.send({ type: "languageChanged" });
  expect([part.querySelector("button").textContent, part.querySelector("input").value], ["1", "li"]);
  expect(document.activeElement === part.querySelector("button"), true);
  part.remove();
});
