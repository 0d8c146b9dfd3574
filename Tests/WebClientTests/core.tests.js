import { ServerClock, clockText } from "/core/clock.js";
import { EventStreamParser } from "/core/eventstream.js";
import { h } from "/core/dom.js";
import { Store } from "/core/store.js";
import { expect, test } from "./expect.js";

test("an event is whole at its empty line", () => {
  const parser = new EventStreamParser();
  expect(parser.push("id: 7\nevent: call.offered\ndata: {\"a\":1}\n"), []);
  expect(parser.push("\n"), [{ id: "7", name: "call.offered", data: "{\"a\":1}" }]);
});

test("an event may come in pieces of any length and with any line ends", () => {
  const text = "id: 1\r\nevent: a\r\ndata: x\r\ndata: y\r\n\r\nid: 2\nevent: b\ndata: z\n\n";
  for (let size = 1; size < 12; size += 1) {
    const parser = new EventStreamParser();
    const events = [];
    for (let at = 0; at < text.length; at += size) events.push(...parser.push(text.slice(at, at + size)));
    expect(events, [{ id: "1", name: "a", data: "x\ny" }, { id: "2", name: "b", data: "z" }]);
  }
});

test("comments and events without data are nothing", () => {
  expect(new EventStreamParser().push(": still here\n\nevent: a\n\n"), []);
});

test("an id stays until the next one", () => {
  const events = new EventStreamParser().push("id: 1\ndata: a\n\ndata: b\n\n");
  expect(events.map((event) => event.id), ["1", "1"]);
});

test("a line without end is refused", () => {
  let problem = null;
  try {
    new EventStreamParser().push("data: " + "x".repeat(2 * 1024 * 1024));
  } catch (error) {
    problem = error.message;
  }
  expect(problem !== null, true);
});

test("the server's clock is known to the second after one answer, and better after more", () => {
  const clock = new ServerClock();
  const truth = 90_000.4;
  for (const local of [1000, 2310, 3720, 4930]) {
    const second = Math.floor((local + truth) / 1000) * 1000;
    clock.observe(second, 1000, local - 10, local + 10);
    if (Math.abs(clock.offset - truth) > 520) throw new Error(`off by ${clock.offset - truth} ms`);
  }
  if (Math.abs(clock.offset - truth) > 250) throw new Error(`still off by ${clock.offset - truth} ms`);
});

test("a server's clock that was set is followed", () => {
  const clock = new ServerClock();
  clock.observe(10_000, 1000, 0, 20);
  clock.observe(500_000, 1000, 1000, 1020);
  if (Math.abs(clock.now(1020) - 500_500) > 520) throw new Error(`says ${clock.now(1020)}`);
});

test("what the server has seen is not in its future", () => {
  const clock = new ServerClock();
  clock.observe(10_000, 1000, 0, 0);
  clock.atLeast(10_900, 0);
  if (clock.now(0) < 10_900) throw new Error(`says ${clock.now(0)}`);
});

test("a duration reads as a clock and is never negative", () => {
  expect([0, 5000, 65_000, 3_600_000, -900].map(clockText), ["0:00", "0:05", "1:05", "1:00:00", "0:00"]);
});

test("text from outside never becomes markup", () => {
  const element = h("p", { title: "<b>" }, "<img src=x onerror=alert(1)>");
  expect(element.querySelector("img"), null);
  expect(element.textContent, "<img src=x onerror=alert(1)>");
});

test("a store tells its watchers what was and what is, and only of changes", () => {
  const store = new Store((state, input) => (input === "same" ? state : state + input), 1);
  const seen = [];
  const stop = store.watch((state, before) => seen.push([before, state]));
  store.send(2);
  store.send("same");
  stop();
  store.send(4);
  expect(seen, [[1, 3]]);
});
