import { FlowWork } from "/flows/work.js";
import { loadAll } from "/flows/requests.js";
import { expect, test } from "./expect.js";
import { schema } from "./flow-schema.js";

const flow = { schema: 1, name: "Night", language: "zh", start: "bye", nodes: { bye: { type: "hangUp" } } };

/** A cti that keeps one flow's draft and versions, as the real one does. */
class Server {
  draft = null;
  versions = [];
  asked = [];
  gate = null;

  async answer(path, { method = "GET", body } = {}) {
    const url = new URL(path, "http://x/");
    this.asked.push(`${method} ${url.pathname.replace("/api/cti/v1", "")}`);
    const sent = body ? JSON.parse(body) : null;
    if (url.pathname.endsWith("/flow-schema")) return [200, schema];
    if (url.pathname.endsWith("/validate")) return [200, { problems: [] }];
    if (url.pathname.endsWith("/draft") && method === "DELETE") return [200, (this.draft = null)];
    if (url.pathname.endsWith("/draft") && method === "PUT") return this.#save(sent, url.searchParams.get("revision"));
    if (url.pathname.endsWith("/draft")) return this.draft ? [200, { ...this.draft, problems: [] }] : [404, { code: "notFound", detail: "no draft" }];
    if (url.pathname.endsWith("/publish")) {
      this.versions.push(this.draft.document);
      this.draft = null;
      return [200, { version: this.versions.length }];
    }
    if (url.pathname.endsWith("/flows/night")) {
      const version = this.versions.length;
      return version ? [200, { version, flow: this.versions[version - 1] }] : [404, { code: "notFound", detail: "no flow" }];
    }
    return [200, { items: [] }];
  }

  async #save(document, revision) {
    await this.gate;
    if (revision !== null && Number(revision) !== (this.draft?.revision ?? 0)) return [409, { code: "draftChanged", detail: "changed" }];
    this.draft = { document, revision: (this.draft?.revision ?? 0) + 1 };
    return [200, { ...this.draft, problems: [{ node: "bye", message: "It cannot be reached." }] }];
  }
}

/** Runs with a server instead of the network. */
async function against(body) {
  const real = window.fetch;
  const server = new Server();
  server.draft = { document: flow, revision: 1 };
  window.fetch = async (path, request) => {
    const [status, answer] = await server.answer(path, request);
    return new Response(JSON.stringify(answer), { status });
  };
  const work = new FlowWork("night");
  try {
    await work.open();
    await body(server, work);
  } finally {
    work.close();
    window.fetch = real;
  }
}

const named = (name) => ({ ...flow, name });

test("what is edited is saved over the revision that was read, and its problems are shown", () => against(async (server, work) => {
  work.edit(named("Day"));
  expect(await work.save(), true);
  expect([server.draft.document.name, work.state.revision, work.state.saving], ["Day", 2, "clean"]);
  expect(work.state.problems.length, 1);
  expect(await work.save(), true);
  expect(server.asked.filter((one) => one === "PUT /flows/night/draft").length, 1);
}));

test("what is typed while the last is being saved is saved after it, not beside it", () => against(async (server, work) => {
  let open = null;
  server.gate = new Promise((resolve) => (open = resolve));
  work.edit(named("One"));
  const first = work.save();
  work.edit(named("Two"));
  const second = work.save();
  open();
  await first;
  expect(await second, true);
  expect([server.draft.document.name, server.draft.revision, work.state.saving], ["Two", 3, "clean"]);
}));

test("when somebody else has saved, nothing is overwritten until the author says so", () => against(async (server, work) => {
  server.draft = { document: named("Theirs"), revision: 5 };
  work.edit(named("Mine"));
  expect(await work.save(), false);
  expect([work.state.saving, server.draft.document.name], ["conflict", "Theirs"]);
  work.edit(named("Mine again"));
  expect([await work.save(), server.draft.document.name], [false, "Theirs"]);
  expect(await work.keepMine(), true);
  expect([server.draft.document.name, work.state.saving], ["Mine again", "clean"]);
}));

test("taking the other's draft leaves nothing of one's own", () => against(async (server, work) => {
  server.draft = { document: named("Theirs"), revision: 5 };
  work.edit(named("Mine"));
  await work.save();
  await work.open();
  expect([work.state.document.name, work.state.saving, work.state.past.length], ["Theirs", "clean", 0]);
}));

test("a draft that is thrown away is not saved again when one leaves", () => against(async (server, work) => {
  work.edit(named("Day"));
  await work.save();
  work.edit(named("Evening"));
  expect(await work.discard(), false);
  work.close();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect([server.draft, server.asked.at(-1)], [null, "DELETE /flows/night/draft"]);
}));

test("publishing saves first, and what is published is then the same as what is drawn", () => against(async (server, work) => {
  work.edit({ ...named("Day"), layout: { bye: [3, 4] } });
  await work.publish();
  expect([server.versions.length, server.versions[0].name, work.state.published.version, work.state.revision], [1, "Day", 1, 0]);
  const again = new FlowWork("night");
  await again.open();
  expect(again.state.document.layout, { bye: [3, 4] });
}));

test("a list is read page by page to its end", async () => {
  const real = window.fetch;
  const pages = { null: { items: [1, 2], nextCursor: "a" }, a: { items: [3], nextCursor: null } };
  window.fetch = async (path) => new Response(JSON.stringify(pages[new URL(path, "http://x/").searchParams.get("cursor")]));
  try {
    expect(await loadAll("/api/x"), [1, 2, 3]);
  } finally {
    window.fetch = real;
  }
});
