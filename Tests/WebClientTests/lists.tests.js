import { h } from "/core/dom.js";
import { commandFor } from "/desk/shortcuts.js";
import { initialState, offeredWork, reduce } from "/desk/state.js";
import { PagedList, listRow } from "/elements/paged-list.js";
import { inOrder } from "/elements/work-panel.js";
import { expect, test } from "./expect.js";

customElements.define("test-list", class extends PagedList {
  list = { path: "/api/things", title: "screen.faxes", hint: "faxes.hint", none: "faxes.none", columns: ["fax.when"], filters: { state: ["fax.state", { "": "fax.all", new: "voicemail.new" }] } };

  makeRow(item) {
    const row = listRow(item.id, { name: {} }, [h("button", { type: "button" }, "x")]);
    return Object.assign(row, { show: ({ name }) => (row.cells.name.textContent = name) });
  }
});

const page = (...names) => new Response(JSON.stringify({ items: names.map((name) => ({ id: name[0], name })) }));

/** Answers each request when it is told to: `answer(index, response)`. */
function withService(body) {
  const original = window.fetch;
  const asked = [];
  window.fetch = (path, ...more) => (String(path).startsWith("/api/things")
    ? new Promise((answer) => asked.push({ path: String(path), answer })) : original(path, ...more));
  const list = document.createElement("test-list");
  document.body.append(list);
  return Promise.resolve(body(list, asked)).finally(() => {
    list.remove();
    window.fetch = original;
  });
}

const until = async (condition) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};
const shown = (list) => [...list.querySelectorAll("tbody th")].map((cell) => cell.textContent);

test("a list is filtered by the beginning of a number and by what is chosen", () => withService(async (list, asked) => {
  await until(() => asked.length === 1);
  asked[0].answer(page());
  const input = list.querySelector("[data-search]");
  input.value = "138 00";
  input.dispatchEvent(new Event("input"));
  await until(() => asked.length === 2);
  asked[1].answer(page());
  list.querySelector("select").value = "new";
  list.querySelector("select").dispatchEvent(new Event("change"));
  await until(() => asked.length === 3);
  expect(asked.map(({ path }) => new URLSearchParams(path.split("?")[1]).get("number")), [null, "13800*", "13800*"]);
  expect(new URLSearchParams(asked[2].path.split("?")[1]).get("state"), "new");
  asked[2].answer(page());
}));

test("what was looked for is still looked for when the list is drawn anew", () => withService(async (list, asked) => {
  await until(() => asked.length === 1);
  asked[0].answer(page());
  expect([list.querySelector("[data-search]").value, list.querySelector("select").value], ["138 00", "new"]);
  list.querySelector("[data-search]").value = "";
  list.querySelector("[data-search]").dispatchEvent(new Event("input"));
  list.querySelector("select").value = "";
  list.querySelector("select").dispatchEvent(new Event("change"));
}));

test("an answer that another question has overtaken is not shown", () => withService(async (list, asked) => {
  await until(() => asked.length === 1);
  list.load();
  await until(() => asked.length === 2);
  asked[1].answer(page("new"));
  await until(() => shown(list).length === 1);
  asked[0].answer(page("old", "older"));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(shown(list), ["new"]);
}));

test("a row stays the same element while it changes, and the focus goes on to the next when it is gone", () => withService(async (list, asked) => {
  await until(() => asked.length === 1);
  asked[0].answer(page("a1", "b1", "c1"));
  await until(() => shown(list).length === 3);
  const [first, second] = list.querySelectorAll("tbody button");
  first.focus();
  list.load(null, { isQuiet: true });
  await until(() => asked.length === 2);
  asked[1].answer(page("a2", "b1", "c1"));
  await until(() => shown(list)[0] === "a2");
  expect(document.activeElement === first, true);
  list.load(null, { isQuiet: true });
  await until(() => asked.length === 3);
  asked[2].answer(page("b1", "c1"));
  await until(() => shown(list).length === 2);
  expect(document.activeElement === second, true);
}));

test("what goes wrong with a row is said in it, and its buttons work again", () => withService(async (list, asked) => {
  await until(() => asked.length === 1);
  asked[0].answer(page("a1"));
  await until(() => shown(list).length === 1);
  const row = listRow("z", { name: {} }, [h("button", { type: "button" }, "x")]);
  await list.act(row, () => Promise.reject(new Error("It is gone.")));
  expect([row.problem.textContent.includes("It is gone."), row.element.querySelector("button").disabled], [true, false]);
}));

test("what is offered stands first, what is in hand after it, each in its order", () => {
  const item = (id, state, enteredAt, offeredUntil = 0) => ({ id, state, enteredAt, offeredUntil });
  const items = [item("d", "open", 4), item("a", "interrupted", 1), item("c", "offered", 3, 9), item("b", "offered", 2, 20)];
  expect(inOrder(items).map(({ id }) => id), ["b", "c", "a", "d"]);
  const state = reduce(initialState, { type: "work", items });
  // Whose offer ends first is told of first.
  expect(offeredWork(state).map(({ id }) => id), ["c", "b"]);
  expect(reduce(state, { type: "signedOut" }).work, []);
});

test("the keys that answer and decline a call are for offered work when no call is offered", () => {
  const key = (code) => ({ code, ctrlKey: true, shiftKey: true });
  const work = { id: "w" };
  expect([commandFor(key("KeyA"), null), commandFor(key("KeyD"), "talking")], [null, null]);
  expect([typeof commandFor(key("KeyA"), null, work), typeof commandFor(key("KeyD"), "talking", work)], ["function", "function"]);
  expect(commandFor(key("KeyA"), "offered", work) === commandFor(key("KeyA"), "offered"), true);
});
