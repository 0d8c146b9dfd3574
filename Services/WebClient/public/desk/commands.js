// What the agent can do: each a request to the suite. Its effect comes back over the feed.
import { RequestError, getJSON, onUnauthorized, post, postOpen, send, useTokens } from "../core/api.js";
import { milliseconds, serverClock } from "../core/clock.js";
import { Feed } from "../core/feed.js";
import { rememberEntry, storeSession, storedSession } from "../core/session.js";
import { switchLanguage } from "../core/texts.js";
import { Tokens } from "../core/tokens.js";
import { loadNames } from "../manage/requests.js";
import { isPlatform } from "../manage/screens.js";
import { startPhone, stopPhone } from "./phone.js";
import { changesRecord, loadPreview } from "./previews.js";
import { allowed } from "./state.js";
import { store } from "./store.js";
import { loadWork } from "./work.js";

const agent = "/api/cti/v1/agents/me";
let feed = null;
let tokens = null;
/** The platform has no calls and no agents of its own. */
export const isAtTenant = () => store.state.session !== null && !isPlatform(store.state.session);

/** Goes on with the session of before a reload. */
export function resume() {
  const session = storedSession();
  if (session) start(session);
}

/** - Throws: `RequestError`, for the form to show. */
export async function signIn(tenant, user, password) {
  const answer = await postOpen("/api/crm/v1/sign-in", { tenant, user, password });
  rememberEntry({ tenant, user });
  const { accessToken, refreshToken, expiresIn, roles, permissions, name } = answer;
  start({
    accessToken, refreshToken, roles, tenant: answer.tenant, user: { id: answer.user, name, permissions },
    expiresAt: Date.now() + expiresIn * 1000,
  });
}

function start(session) {
  tokens = new Tokens(session, (refreshToken) => postOpen("/api/crm/v1/refresh", { refreshToken }), storeSession);
  useTokens(tokens);
  storeSession(session);
  store.send({ type: "signedIn", session });
  // The platform has no agents and no calls of its own.
  if (isPlatform(session)) return;
  feed = new Feed("/api/cti/v1/events", received, (value) => store.send({ type: "feedState", value }));
  feed.run();
  mayNotSupervise = false;
  loadContacts();
  loadParked();
  loadFloor();
  loadPauseReasons();
  nameAll();
  if (session.roles?.includes("agent")) loadPreview({ withCampaigns: true });
}

function received(event) {
  const since = milliseconds(event.data?.agent?.since);
  if (since !== null && event.name === "agent.state_changed") serverClock.atLeast(since, Date.now());
  store.send({ type: "feedEvent", event, now: serverClock.now() });
  if (event.name === "call.ended") loadContactsSoon();
  if (event.name === "snapshot" || event.name.startsWith("work.")) loadWork();
  if (event.name === "agent.state_changed" && changesRecord(event.data?.agent, store.state)) loadPreview();
}

/** Leaves; the server is told if it can be. */
export async function signOut() {
  if (store.state.agent && store.state.agent.status !== "signedOut") {
    const isDone = await command("signOut", () => post(`${agent}/sign-out`));
    if (!isDone) return;
  }
  await stopPhone({ leave: true });
  const { refreshToken } = tokens ?? {};
  end(null);
  // Nobody can go on with what is left on this machine. Without an answer the session ends by its own time.
  if (refreshToken) await postOpen("/api/crm/v1/sign-out", { refreshToken }).catch(() => {});
}

function end(notice) {
  stopPhone();
  feed?.stop();
  feed = null;
  tokens = null;
  useTokens(null);
  storeSession(null);
  store.send({ type: "signedOut", notice });
}

onUnauthorized(() => end({ kind: "expired" }));

/** The tenant's telephones, to choose from; none if they cannot be asked for: then the number is typed. */
export async function listPhones() {
  const page = await getJSON("/api/media/v1/phones").catch(() => ({ items: [] }));
  return page.items ?? [];
}

/** - Throws: `RequestError`, for the form to show. */
export async function choosePhone(phone) {
  await post(`${agent}/sign-in`, { phone });
  rememberEntry({ phone, usesBrowser: false });
}

/** This browser becomes the agent's telephone. - Throws: `PhoneProblem`, `RequestError`, for the form to show. */
export async function chooseBrowserPhone() {
  const phone = await startPhone();
  await post(`${agent}/sign-in`, { phone });
  rememberEntry({ usesBrowser: true });
}

export const ready = () => ifAllowed("ready", () => post(`${agent}/ready`));
export const pause = (reason) => ifAllowed("pause", () => post(`${agent}/pause`, { reason }));
export const finish = () => ifAllowed("finish", () => {
  const { disposition, note } = store.state;
  return post(`${agent}/after-call-work/end`, { ...(disposition ? { disposition } : {}), ...(note ? { note } : {}) });
});
export const extend = () => ifAllowed("extend", () => post(`${agent}/after-call-work/extend`));

/** Said before the after-call work is finished. */
export const chooseDisposition = (value) => store.send({ type: "dispositionChosen", value });
export const writeNote = (value) => store.send({ type: "noteWritten", value });
export const answer = () => ifAllowed("answer", () => callCommand("answer"));
export const decline = () => ifAllowed("decline", () => callCommand("decline", {}));
export const hold = () => ifAllowed("hold", () => callCommand("hold"));
export const retrieve = () => ifAllowed("retrieve", () => callCommand("retrieve"));
export const hangUp = () => ifAllowed("hangUp", () => callCommand("hang-up"));

/** Calls a number: my telephone lifts itself first. A customer's record goes with the call. */
export const dial = (number, customerID) =>
  ifAllowed("dial", () => post("/api/cti/v1/calls", { number, ...(customerID ? { customerID } : {}) }));

// Others in the call. A target is { agent } or { queue } or { number }.
export const consult = (target) => ifAllowed("consult", () => callCommand("consult", target));
export const transfer = (target, confirm) =>
  ifAllowed("consult", () => callCommand("transfer", { ...target, ...(confirm ? { confirm } : {}) }));
export const swap = () => ifAllowed("swap", () => callCommand("swap"));
export const join = () => ifAllowed("join", () => callCommand("join"));
export const complete = () => ifAllowed("complete", () => callCommand("complete"));
export const giveUp = () => ifAllowed("giveUp", () => callCommand("give-up"));
export const park = () => ifAllowed("park", () => callCommand("park")).then(loadParked);
export const pickUp = (call) =>
  command("pickUp", () => post(`/api/cti/v1/calls/${encodeURIComponent(call)}/pick-up`)).then(loadParked);

/** Drops somebody from the conversation. */
export const removeParty = (leg) => command("remove", () =>
  send("DELETE", `/api/cti/v1/calls/${encodeURIComponent(store.state.call.callID)}/parties/${encodeURIComponent(leg)}`));

/** Who may be asked: read when the choice is opened. */
export async function loadColleagues() {
  const page = await getJSON("/api/cti/v1/colleagues").catch(() => ({ items: [] }));
  const others = (page.items ?? []).filter((one) => one.agentID !== store.state.session?.user?.id);
  store.send({ type: "colleagues", items: others });
}

export async function loadParked() {
  if (!isAtTenant()) return;
  const items = await getJSON("/api/cti/v1/parked-calls").catch(() => null);
  if (items && JSON.stringify(items) !== JSON.stringify(store.state.parked)) store.send({ type: "parked", items });
}

/** What one may pause for here; read once a session. */
async function loadPauseReasons() {
  const settings = await getJSON("/api/cti/v1/desk-settings").catch(() => null);
  if (settings?.pauseReasons?.length && store.state.session) store.send({ type: "pauseReasons", items: settings.pauseReasons });
}

/** What people and queues are called; read once a session. */
async function nameAll() {
  const names = await loadNames();
  if (store.state.session) store.send({ type: "names", names });
}

// The supervisor's desk.
let isFloorAsked = false;
let mayNotSupervise = false;

/** The agents of my groups; whoever may not supervise is asked for them no more. */
export async function loadFloor() {
  if (!isAtTenant() || isFloorAsked || mayNotSupervise) return;
  isFloorAsked = true;
  try {
    const page = await getJSON("/api/cti/v1/supervision/agents?limit=200");
    if (store.state.session) store.send({ type: "floor", items: page.items ?? [] });
  } catch (error) {
    if (error instanceof RequestError && error.status === 403) mayNotSupervise = true;
  } finally {
    isFloorAsked = false;
  }
}

let areQueuesAsked = false;

/** How the queues stand now: who supervises agents sees them beside. */
export async function loadQueues() {
  if (store.state.floor === null || areQueuesAsked) return;
  areQueuesAsked = true;
  try {
    const { queues } = await getJSON("/api/acd/v1/routing");
    if (store.state.session) store.send({ type: "queues", items: queues ?? [] });
  } catch {
    // The owner of the tenant changes: the next look shows them.
  } finally {
    areQueuesAsked = false;
  }
}

/** `supervise("amy", "listen")`; a pause has a reason. */
export const supervise = (agentID, verb, body) =>
  command(verb, () => post(`/api/cti/v1/supervision/agents/${encodeURIComponent(agentID)}/${verb}`, body)).then(loadFloor);
export const startRecording = () => ifAllowed("startRecording", () => callCommand("recording/start"));
export const stopRecording = () => ifAllowed("stopRecording", () => callCommand("recording/stop"));
export const pauseRecording = () => ifAllowed("pauseRecording", () => callCommand("recording/pause"));
export const resumeRecording = () => ifAllowed("resumeRecording", () => callCommand("recording/resume"));

function callCommand(verb, body) {
  return post(`/api/cti/v1/calls/${encodeURIComponent(store.state.call.callID)}/${verb}`, body);
}

function ifAllowed(name, request) {
  if (!allowed(store.state)[name] || store.state.pending) return Promise.resolve(false);
  return command(name, request);
}

/** Sends a command, and tells the page how it went. */
export async function command(name, request) {
  store.send({ type: "commandSent", command: name });
  try {
    await request();
    store.send({ type: "commandDone" });
    return true;
  } catch (error) {
    store.send({ type: "commandRefused", notice: noticeOf(error) });
    return false;
  }
}

/** A refusal, as something to show. */
export function noticeOf(error) {
  if (error instanceof RequestError && error.status === 0) return { kind: "network" };
  return { kind: "refused", code: error?.code, message: String(error?.message ?? error) };
}

export async function loadContacts() {
  if (!isAtTenant()) return;
  try {
    const page = await getJSON("/api/reporting/v1/contacts?limit=20");
    store.send({ type: "contacts", items: Array.isArray(page) ? page : (page.items ?? []) });
  } catch {
    store.send({ type: "contactsFailed" });
  }
}

/** Reporting writes the record behind the call: look twice. */
function loadContactsSoon() {
  setTimeout(loadContacts, 700);
  setTimeout(loadContacts, 3000);
}

/** The recording as something an audio element can play. - Throws: `RequestError`. */
export async function fetchRecording(id) {
  const path = `/api/media/v1/recordings/${encodeURIComponent(id)}`;
  return (await send("GET", path, { signal: AbortSignal.timeout(60_000) })).blob();
}

/** How loud the recording is over its length; null while nobody knows. */
export async function fetchPicture(id) {
  try {
    return await getJSON(`/api/media/v1/recordings/${encodeURIComponent(id)}/peaks`);
  } catch {
    return null;
  }
}

export async function changeLanguage() {
  await switchLanguage();
  store.send({ type: "languageChanged" });
}

window.addEventListener("online", () => feed?.retryNow());
setInterval(() => document.visibilityState === "visible" && loadContacts(), 15_000);
setInterval(() => document.visibilityState === "visible" && loadParked(), 5_000);
setInterval(() => document.visibilityState === "visible" && loadFloor(), 1_000);
setInterval(() => document.visibilityState === "visible" && loadQueues(), 2_000);
// Campaigns begin and end; only an agent has any.
setInterval(() => document.visibilityState === "visible" && isAtTenant() && store.state.session.roles?.includes("agent") && loadPreview({ withCampaigns: true }), 30_000);
