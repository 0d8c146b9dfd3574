import { floorLine } from "/elements/supervisor-desk.js";
import { allowed, asked, callPhase, initialState, isBrowserPhone, ownParty, page, reduce } from "/desk/state.js";
import { changesRecord, isLooking } from "/desk/previews.js";
import { commandFor } from "/desk/shortcuts.js";
import { expect, test } from "./expect.js";

const session = { accessToken: "t", user: { id: "li", name: "李梅" }, tenant: "demo", roles: ["agent"] };

const agent = (status, revision, more = {}) =>
  ({ agentID: "li", status, since: 1_000_000, phoneID: "1001", callID: null, until: null, revision, ...more });

const fed = (name, data, now = 0) => ({ type: "feedEvent", event: { id: "", name, data }, now });

const after = (...inputs) => inputs.reduce(reduce, initialState);

const signedIn = [{ type: "signedIn", session }];
const ready = [...signedIn, fed("snapshot", { agent: agent("ready", 1), call: null })];
const offer = { callID: "c1", agentID: "li", queueID: "sales", customerNumber: "+8613812345678", attributes: {}, expiresAt: 9 };
const offered = [
  ...ready,
  fed("agent.state_changed", { agent: agent("ringing", 2, { callID: "c1" }), previous: "ready" }),
  fed("call.offered", { ...offer, customer: { name: "王小明", isVIP: true } }),
];
const talking = [
  ...offered,
  fed("call.answered", { callID: "c1", agentID: "li", answeredAt: 5_000_000 }),
  fed("agent.state_changed", { agent: agent("talking", 3, { callID: "c1" }), previous: "ringing" }),
];

test("the pages follow one another: sign-in, waiting for the feed, phone, desk", () => {
  expect(page(initialState), "sign-in");
  expect(page(after(...signedIn)), "connecting");
  expect(page(after(...signedIn, fed("snapshot", { agent: null, call: null }))), "phone");
  expect(page(after(...ready)), "desk");
});

test("an offer is shown with the customer's card and can be answered or declined", () => {
  const state = after(...offered);
  expect(callPhase(state), "offered");
  expect(state.call.customer.name, "王小明");
  const can = allowed(state);
  expect([can.answer, can.hold, can.hangUp, can.ready, can.pause, can.signOut], [true, false, false, false, false, false]);
  expect([can.decline, allowed({ ...state, agent: { ...state.agent, status: "paused" }, call: null }).decline],
    [true, false]);
});

test("an answered call can be held and hung up; a held one retrieved", () => {
  const state = after(...talking);
  expect([callPhase(state), allowed(state).hold, allowed(state).hangUp], ["talking", true, true]);
  const held = reduce(state, fed("call.hold_changed", { callID: "c1", agentID: "li", isHeld: true }, 8000));
  expect([callPhase(held), held.call.heldAt, allowed(held).retrieve, allowed(held).hold], ["held", 8_000_000, true, false]);
});

test("after the call its customer stays until the after-call work is done", () => {
  const ended = after(
    ...talking,
    fed("call.ended", { callID: "c1", agentID: "li", endedAt: 9_000_000 }),
    fed("agent.state_changed", { agent: agent("afterCallWork", 4, { callID: "c1", until: 30_000_000 }), previous: "talking" }));
  expect([callPhase(ended), ended.call.customer.name, allowed(ended).finish], ["afterCallWork", "王小明", true]);
  const free = reduce(ended, fed("agent.state_changed", { agent: agent("ready", 5), previous: "afterCallWork" }));
  expect([callPhase(free), free.call], [null, null]);
});

test("the order in which call and agent end does not matter", () => {
  const ended = after(
    ...talking,
    fed("agent.state_changed", { agent: agent("afterCallWork", 4, { callID: "c1" }), previous: "talking" }),
    fed("call.ended", { callID: "c1", agentID: "li", endedAt: 9_000_000 }));
  expect(callPhase(ended), "afterCallWork");
});

test("a missed call is gone, and the page says why", () => {
  const state = after(...offered, fed("call.offer_ended", { callID: "c1", agentID: "li", outcome: "noAnswer" }));
  expect([callPhase(state), state.notice], [null, { kind: "offerEnded", outcome: "noAnswer" }]);
});

test("a late report of the agent changes nothing", () => {
  const state = after(...talking);
  expect(reduce(state, fed("agent.state_changed", { agent: agent("ready", 1), previous: "paused" })), state);
});

test("what happens to other agents and other calls changes nothing", () => {
  const state = after(...ready);
  expect(reduce(state, fed("call.offered", { ...offer, agentID: "wang" })), state);
  expect(reduce(state, fed("agent.state_changed", { agent: { ...agent("paused", 9), agentID: "wang" } })), state);
  expect(reduce(state, fed("call.ended", { callID: "c9", endedAt: 1 })), state);
});

test("a snapshot brings back a call after a reload, with its timers", () => {
  const call = { callID: "c1", phase: "held", since: 7_000_000, isHeld: true, customerNumber: "+86138", attributes: {} };
  const state = after(...signedIn, fed("snapshot", { agent: agent("talking", 3, { callID: "c1" }), call }));
  expect([callPhase(state), state.call.heldAt, state.call.answeredAt], ["held", 7_000_000, 1_000_000]);
});

test("a snapshot that is older than a change does not stop later ones", () => {
  const state = after(...talking, fed("snapshot", { agent: agent("ready", 9), call: null }));
  expect([state.agent.status, state.call], ["ready", null]);
});

test("nonsense from the feed changes nothing", () => {
  const state = after(...ready);
  for (const [name, data] of [["toString", {}], ["constructor", {}], ["call.offered", null], ["unheard.of", { a: 1 }],
    ["agent.state_changed", {}], ["call.answered", 5]]) {
    expect(reduce(state, fed(name, data)), state);
  }
  expect(reduce(state, { type: "__proto__" }), state);
});

test("signing out forgets everything but the reason", () => {
  const state = reduce(after(...talking), { type: "signedOut", notice: { kind: "expired" } });
  expect([state.session, state.call, state.notice], [null, null, { kind: "expired" }]);
});

const key = (code, more = {}) =>
  ({ code, ctrlKey: true, shiftKey: true, altKey: false, metaKey: false, isComposing: false, repeat: false, ...more });

test("a shortcut does what fits the moment", () => {
  const named = (code, phase) => Boolean(commandFor(key(code), phase));
  expect([named("KeyA", "offered"), named("KeyA", "talking")], [true, false]);
  expect([named("KeyH", "talking"), named("KeyH", "held"), named("KeyH", "offered")], [true, true, false]);
  expect([named("KeyE", "talking"), named("KeyE", "afterCallWork"), named("KeyE", "offered"), named("KeyE", null)], [true, true, false, false]);
});

test("a key that belongs to an input method is not a shortcut", () => {
  expect(commandFor(key("KeyA", { isComposing: true }), "offered"), null);
  expect(commandFor(key("KeyA", { ctrlKey: false }), "offered"), null);
  expect(commandFor(key("KeyE", { repeat: true }), "talking"), null);
});

test("a browser's telephone can be muted in a call, and begins no call muted after it ended", () => {
  const phone = (value, problem = null) => ({ type: "phoneState", value, problem });
  const elsewhere = after(...talking);
  expect([allowed(elsewhere).mute, allowed(elsewhere).unmute], [false, false]);
  const here = reduce(elsewhere, phone("connected"));
  expect([allowed(here).mute, allowed(here).unmute], [true, false]);
  expect([allowed(elsewhere).keys, allowed(here).keys], [false, true]);
  const muted = reduce(here, { type: "phoneMuted", isMuted: true });
  expect([allowed(muted).mute, allowed(muted).unmute], [false, true]);
  expect(reduce(muted, phone("reconnecting")).phone.isMuted, true);
  expect(reduce(muted, phone("ended", "taken")).phone, { value: "ended", problem: "taken", isMuted: false });
});

test("telephones in browsers are told by their names", () => {
  expect([isBrowserPhone("browser:li"), isBrowserPhone("1001"), isBrowserPhone(null), isBrowserPhone(undefined)], [true, false, false, false]);
});

const party = (agentID, role, isUp = true) => ({ legID: `l-${agentID}`, agentID, number: null, role, isUp });
const parties = (...list) => fed("call.parties_changed", { callID: "c1", agentID: "li", parties: list, asksQueue: null });

test("whoever asks may give up at once, and swap, join and hand over once the other has answered", () => {
  const asking = after(...talking, parties(party("bo", "consulted", false)));
  const can = (state) => ["consult", "giveUp", "swap", "join", "complete", "hold", "park"].filter((name) => allowed(state)[name]);
  expect(can(after(...talking)), ["consult", "hold", "park"]);
  expect(can(asking), ["giveUp"]);
  expect(can(reduce(asking, parties(party("bo", "consulted")))), ["giveUp", "swap", "join", "complete"]);
  expect(can(reduce(asking, parties(party("bo", "joined")))), ["consult", "hold"]);
  expect(can(reduce(asking, parties(party("sue", "listening")))), ["consult", "hold", "park"]);
});

test("whoever asks in a queue may give up", () => {
  const state = after(...talking, fed("call.parties_changed", { callID: "c1", agentID: "li", parties: [], asksQueue: "tech" }));
  expect([allowed(state).giveUp, allowed(state).consult, asked(state).queue], [true, false, "tech"]);
});

test("whoever is asked talks once he has answered, and may only leave", () => {
  const asked = after(...offered, fed("call.parties_changed", { callID: "c1", agentID: "bo", parties: [party("li", "consulted", false)] }));
  expect(callPhase(asked), "offered");
  const talks = reduce(reduce(asked, fed("call.parties_changed", { callID: "c1", agentID: "bo", parties: [party("li", "consulted")] })),
    fed("agent.state_changed", { agent: agent("talking", 3, { callID: "c1" }), previous: "ringing" }));
  const can = allowed(talks);
  expect([callPhase(talks), ownParty(talks).role, can.hangUp, can.hold, can.consult, can.park],
    ["talking", "consulted", true, false, false, false]);
});

test("a supervisor's row says what can be done", () => {
  const call = { agentID: "li", phase: "talking", parties: [party("sue", "whispering"), party("bo", "joined")] };
  const line = floorLine({ agent: agent("talking", 1), call }, "sue");
  expect([line.line, line.role, line.talks, line.watchers], ["conference", "whispering", true, ["sue"]]);
  expect(floorLine({ agent: agent("ready", 1), call: null }, "sue").line, "idle");
  expect(floorLine({ agent: agent("talking", 1, { isOnHold: true }), call: { ...call, parties: [] } }, "sue").line, "held");
  expect(floorLine({ agent: agent("talking", 1), call: { ...call, agentID: "bo" } }, "sue").talks, false);
});

test("an agent pauses for what his tenant allows; without settings for the usual reasons", () => {
  const state = after(...ready, { type: "pauseReasons", items: [{ reason: "lunch", limitMinutes: 45 }] });
  expect(state.pauseReasons, [{ reason: "lunch", limitMinutes: 45 }]);
  expect([after(...ready).pauseReasons, reduce(state, { type: "signedOut" }).pauseReasons], [[], []]);
});

test("who manages has a page of his own; his place in it outlives signing in", () => {
  const admin = { ...session, roles: ["admin"], user: { id: "admin", permissions: ["flow.manage"] } };
  const at = (place) => page([{ type: "placeChanged", place }, { type: "signedIn", session: admin }].reduce(reduce, initialState));
  expect([at(""), at("flows/x"), at("desk")], ["manage", "manage", "connecting"]);
  expect(page(after({ type: "placeChanged", place: "flows" }, ...ready)), "desk");
});

test("a record that is looked at is read when the agent is kept for it, and forgotten when he is not", () => {
  const looking = agent("paused", 3, { pauseReason: "preview" });
  const state = after(...ready, { type: "previewCampaigns", items: [{ id: "spring", name: "Spring" }] });
  expect([changesRecord(looking, state), changesRecord(agent("ready", 3), state), isLooking(agent("paused", 3, { pauseReason: "lunch" }))], [true, false, false]);
  const view = { campaign: { id: "spring", name: "Spring" }, record: { preview: { id: "p1", number: "100" } } };
  const shown = reduce(state, { type: "previewView", view });
  expect([shown.preview.record.preview.id, shown.preview.campaigns.length, changesRecord(agent("ready", 4), shown)], ["p1", 1, true]);
  expect(reduce(shown, { type: "previewView", view: { campaign: view.campaign } }).preview.record, null);
  expect(reduce(shown, { type: "signedOut" }).preview.campaign, null);
});
