import { onUnauthorized, send, useTokens } from "/core/api.js";
import { Feed } from "/core/feed.js";
import { Store } from "/core/store.js";
import { Tokens } from "/core/tokens.js";
import { expect, test } from "./expect.js";

/** A server that knows one access token at a time, and takes each refresh token once. */
class FakeServer {
  good = "a1";
  refresh = "r1";
  asked = [];
  refreshes = 0;
  answer = null;

  fetch = async (path, { headers }) => {
    const token = headers.Authorization?.slice(7) ?? null;
    this.asked.push(token);
    if (token !== this.good) return new Response('{"code":"token_expired"}', { status: 401 });
    return this.answer ? this.answer() : new Response("{}");
  };

  renew = async (refreshToken) => {
    this.refreshes += 1;
    if (refreshToken !== this.refresh) throw Object.assign(new Error("over"), { status: 401 });
    [this.good, this.refresh] = [`a${this.refreshes + 1}`, `r${this.refreshes + 1}`];
    return { accessToken: this.good, refreshToken: this.refresh, expiresIn: 900 };
  };
}

/** Runs with the server in place of the network, and with a session that lasts `life` ms more. */
async function signedIn(life, body) {
  const [server, saved, real] = [new FakeServer(), [], window.fetch];
  const session = { accessToken: "a1", refreshToken: "r1", expiresAt: 1_000_000 + life, tenant: "demo" };
  const tokens = new Tokens(session, (token) => server.renew(token), (kept) => saved.push(kept), () => 1_000_000);
  let isOver = false;
  window.fetch = server.fetch;
  useTokens(tokens);
  onUnauthorized(() => (isOver = true));
  try {
    await body({ server, tokens, saved, isOver: () => isOver });
  } finally {
    window.fetch = real;
    useTokens(null);
    onUnauthorized(() => {});
  }
}

test("a token that will do is used as it is", () => signedIn(900_000, async ({ server }) => {
  await send("GET", "/x");
  expect([server.asked, server.refreshes], [["a1"], 0]);
}));

test("a token about to expire is renewed before it is used, once for all who ask at once", () =>
  signedIn(10_000, async ({ server, saved }) => {
    await Promise.all([send("GET", "/x"), send("GET", "/y"), send("POST", "/z", { body: {} })]);
    expect([server.asked, server.refreshes], [["a2", "a2", "a2"], 1]);
    expect(saved, [{ accessToken: "a2", refreshToken: "r2", expiresAt: 1_900_000, tenant: "demo" }]);
  }));

test("a token that the server does not take is renewed and the request made again", () =>
  signedIn(900_000, async ({ server, isOver }) => {
    server.good = "somebody else's";
    await Promise.all([send("GET", "/x"), send("GET", "/y")]);
    expect([server.asked, server.refreshes, isOver()], [["a1", "a1", "a2", "a2"], 1, false]);
  }));

test("a session that is over says so, once and for all requests", () => signedIn(10_000, async ({ server, isOver }) => {
  server.refresh = "another";
  const problem = await send("GET", "/x").catch((error) => error.status);
  expect([problem, isOver(), server.asked], [401, false, []]);
}));

test("without the server the session goes on, and the request fails", () => signedIn(10_000, async ({ server, isOver }) => {
  server.renew = async () => { throw Object.assign(new Error("away"), { status: 503 }); };
  await send("GET", "/x");
  expect([server.asked, isOver()], [["a1"], false]);
}));

test("a feed that is cut goes on behind the last event it had, and leaves no connection open", () =>
  signedIn(900_000, async ({ server }) => {
    const [seen, places] = [[], []];
    const signals = [];
    window.fetch = async (path, { headers, signal }) => {
      places.push(headers["Last-Event-ID"] ?? null);
      signals.push(signal);
      return new Response(`id: ${places.length}\nevent: a\ndata: ${places.length}\n\n`);
    };
    await new Promise((done) => {
      const feed = new Feed("/events", ({ data }) => {
        seen.push(data);
        if (seen.length === 2) (feed.stop(), done());
      }, (state) => state === "lost" && queueMicrotask(() => feed.retryNow()));
      feed.run();
    });
    expect([seen, places, signals[0].aborted, server.refreshes], [[1, 2], [null, "1"], true, 0]);
  }));

test("a feed whose answer never comes is tried again", () => signedIn(900_000, async () => {
  let tries = 0;
  window.fetch = (path, { signal }) => {
    tries += 1;
    return new Promise((_, refuse) => signal.addEventListener("abort", () => refuse(new Error("aborted"))));
  };
  await new Promise((done) => {
    const feed = new Feed("/events", () => {}, () => tries >= 2 ? (feed.stop(), done()) : queueMicrotask(() => feed.retryNow()), 20);
    feed.run();
  });
  expect(tries >= 2, true);
}));

test("who was stopped by one before him is not told any more", () => {
  const store = new Store((state, input) => input, 0);
  const seen = [];
  let stop = () => {};
  store.watch(() => stop());
  stop = store.watch((state) => seen.push(state));
  store.send(1);
  expect(seen, []);
});
