// What the page shows: the whole decision, with no requests, no clock and no elements.
//
//   signed out ─▶ choose a phone ─▶ at the desk:  no call ─▶ offered ─▶ talking ─▶ ended (after-call work) ─▶ no call
//
// The server decides what an agent and a call are; this only repeats what the feed says.
import { screenOf } from "../manage/screens.js";

export const initialState = Object.freeze({
  session: null,
  agent: null,
  call: null,
  feed: "closed",
  contacts: null,
  contactsFailed: false,
  colleagues: [],
  parked: [],
  floor: null,
  /** How the queues stand, for whoever supervises. */
  queues: null,
  /** Of people and queues, by their ids: those that one may know. */
  names: { users: new Map(), queues: new Map() },
  /** What is no call: offered to me, or in my hands, as acd says. */
  work: [],
  /** What the tenant lets its agents pause for; none: what the page has itself. */
  pauseReasons: [],
  /** Records that are looked at before they are dialled: what can be chosen, what is, and the record itself. */
  preview: Object.freeze({ campaigns: Object.freeze([]), campaign: null, record: null }),
  pending: null,
  notice: null,
  disposition: "",
  phone: { value: "off", problem: null, isMuted: false },
  note: "",
  language: 0,
  /** Behind the # of the address. */
  place: "",
});

/** Whether the session has a permission. */
export const may = ({ session }, permission) => (session?.user?.permissions ?? []).includes(permission);

/** What I am asked to take, the oldest first. */
export const offeredWork = ({ work }) => work.filter(({ state }) => state === "offered").sort((left, right) => left.offeredUntil - right.offeredUntil);

/** Whether a telephone is one in a browser. */
export const isBrowserPhone = (phoneID) => phoneID?.startsWith("browser:") ?? false;

/** The state after one input. An input that makes no sense any more changes nothing. */
export function reduce(state, input) {
  const handler = Object.hasOwn(inputs, input.type) ? inputs[input.type] : null;
  return handler ? handler(state, input) : state;
}

const inputs = {
  signedIn: (state, { session }) => ({ ...initialState, language: state.language, place: state.place, session }),
  signedOut: (state, { notice }) => ({
    ...initialState, language: state.language, place: state.place, notice: notice ?? null,
  }),
  feedState: (state, { value }) => ({ ...state, feed: value }),
  feedEvent: (state, { event, now }) => feedEvent(state, event, now),
  contacts: (state, { items }) => ({ ...state, contacts: items, contactsFailed: false }),
  contactsFailed: (state) => ({ ...state, contactsFailed: true }),
  colleagues: (state, { items }) => ({ ...state, colleagues: items }),
  parked: (state, { items }) => ({ ...state, parked: items }),
  floor: (state, { items }) => ({ ...state, floor: items }),
  work: (state, { items }) => ({ ...state, work: items }),
  queues: (state, { items }) => ({ ...state, queues: items }),
  names: (state, { names }) => ({ ...state, names }),
  pauseReasons: (state, { items }) => ({ ...state, pauseReasons: items }),
  previewCampaigns: (state, { items }) => ({ ...state, preview: { ...state.preview, campaigns: items } }),
  previewView: (state, { view }) => ({ ...state, preview: { ...state.preview, campaign: view.campaign ?? null, record: view.record ?? null } }),
  commandSent: (state, { command }) => ({ ...state, pending: command, notice: null }),
  commandDone: (state) => ({ ...state, pending: null }),
  commandRefused: (state, { notice }) => ({ ...state, pending: null, notice }),
  noteWritten: (state, { value }) => ({ ...state, note: value }),
  dispositionChosen: (state, { value }) => ({ ...state, disposition: value }),
  phoneState: (state, { value, problem }) => ({
    ...state,
    phone: { value, problem, isMuted: value !== "off" && value !== "ended" && state.phone.isMuted },
  }),
  phoneMuted: (state, { isMuted }) => ({ ...state, phone: { ...state.phone, isMuted } }),
  noticeClosed: (state) => ({ ...state, notice: null }),
  placeChanged: (state, { place }) => (state.place === place ? state : { ...state, place }),
  languageChanged: (state) => ({ ...state, language: state.language + 1 }),
};

/** Which page is shown: one of the agent's three, or a screen for those who manage. */
export function page(state) {
  if (!state.session) return "sign-in";
  if (screenOf(state.session, state.place)) return "manage";
  if (state.agent && state.agent.status !== "signedOut") return "desk";
  return state.agent ? "phone" : "connecting";
}

/** What the call bar is about: `offered`, `dialling` (a number is called for me), `talking`, `held`, `afterCallWork`, or null when there is nothing to show. */
export function callPhase({ agent, call }) {
  if (agent?.status === "afterCallWork") return "afterCallWork";
  if (!call || call.phase === "ended") return null;
  if (call.phase === "offered" && call.direction === "outbound" && agent?.status === "talking") return "dialling";
  if (call.phase === "talking") return call.isHeld ? "held" : "talking";
  return "offered";
}

/** What I am in the call, if I am not the one who handles it: one of its parties. */
export function ownParty({ call, session }) {
  return call?.parties?.find((party) => party.agentID === session?.user?.id) ?? null;
}

/** Whom I ask, or who is to confirm: its party, or the queue's name; null for nobody. */
export function asked(state) {
  const party = state.call?.parties?.find((one) => one.role === "consulted" || one.role === "target");
  return party ?? (state.call?.asksQueue ? { queue: state.call.asksQueue, isUp: false } : null);
}

/** Which buttons make sense now. */
export function allowed(state) {
  const phase = callPhase(state);
  const isTalk = phase === "talking" || phase === "held";
  const handles = isTalk && !ownParty(state);
  const other = handles ? asked(state) : null;
  const isAsked = other?.role === "consulted" && other.isUp;
  const status = state.agent?.status;
  const isTalkingHere = (phase === "talking" || phase === "held") && (state.phone.value === "connected" || state.phone.value === "reconnecting");
  const isFree = status === "ready" || status === "paused" || status === "afterCallWork";
  return {
    ready: status === "paused" || status === "afterCallWork",
    pause: isFree,
    finish: phase === "afterCallWork",
    signOut: isFree,
    answer: phase === "offered",
    decline: phase === "offered",
    hold: phase === "talking" && handles && !other,
    retrieve: phase === "held" && handles && !isAsked,
    consult: handles && !other,
    swap: isAsked,
    join: isAsked,
    complete: isAsked,
    giveUp: Boolean(other),
    park: handles && !other && !(state.call.parties ?? []).some((party) => party.role === "joined"),
    extend: phase === "afterCallWork" && Boolean(state.agent?.until),
    dial: status === "ready" || status === "paused",
    hangUp: isTalk || phase === "dialling",
    mute: isTalkingHere && !state.phone.isMuted,
    unmute: isTalkingHere && state.phone.isMuted,
    keys: phase === "talking" && isTalkingHere,
    ...recordingAllowed(state, phase),
  };
}

/** What may be done with the recording: what every call has can only be paused. */
function recordingAllowed({ call, session }, phase) {
  const mayAtAll = (phase === "talking" || phase === "held")
    && (session?.user?.permissions ?? ["recording.control"]).includes("recording.control");
  const recording = call?.recording ?? "off";
  return {
    startRecording: mayAtAll && recording === "off",
    pauseRecording: mayAtAll && recording === "on",
    resumeRecording: mayAtAll && recording === "paused",
    stopRecording: mayAtAll && recording !== "off" && Boolean(call?.isRecordingByHand),
  };
}

function feedEvent(state, event, now) {
  const { name, data } = event;
  if (!Object.hasOwn(feedEvents, name) || data === null || typeof data !== "object") return state;
  if (data.agentID && !aboutAll.has(name) && data.agentID !== state.session?.user?.id) return state;
  return feedEvents[name](state, data, now);
}

/** Events of a call that are not about one agent. */
const aboutAll = new Set(["call.ended", "call.parties_changed"]);

const feedEvents = {
  snapshot: (state, data) => ({
    ...state,
    agent: data.agent ?? { status: "signedOut", since: null },
    call: data.call ? callFromSnapshot(data) : null,
  }),
  "agent.state_changed": (state, data) => agentChanged(state, data.agent),
  "call.offered": (state, data) => ({
    ...state,
    disposition: "",
    note: "",
    call: {
      ...data, customer: data.customer ?? null, phase: "offered", answeredAt: null, isHeld: false, heldAt: null,
      parties: [], asksQueue: null,
    },
  }),
  "call.customer_shown": (state, data) => changeCall(state, data, { customer: data.customer }),
  "call.answered": (state, data) => changeCall(state, data, { phase: "talking", answeredAt: data.answeredAt }),
  "call.hold_changed": (state, data, now) =>
    changeCall(state, data, { isHeld: data.isHeld, heldAt: data.isHeld ? now * 1000 : null }),
  "call.parties_changed": (state, data, now) => partiesChanged(state, data, now),
  "call.data_changed": (state, data) => changeCall(state, data, { attributes: data.attributes }),
  "call.recording_changed": (state, data) => changeCall(state, data, {
    recording: data.state,
    isRecordingByHand: data.state !== "off" && (state.call?.isRecordingByHand || state.pending === "startRecording"),
  }),
  "call.offer_ended": offerEnded,
  "call.ended": (state, data) => changeCall(state, data, { phase: "ended", isHeld: false, endedAt: data.endedAt }),
};

function agentChanged(state, agent) {
  const known = state.agent?.revision ?? -1;
  if (!agent || agent.agentID !== state.session?.user?.id || agent.revision < known) return state;
  const isBusy = agent.status === "ringing" || agent.status === "talking" || agent.status === "afterCallWork";
  return { ...state, agent, call: isBusy ? state.call : null };
}

/** Who was rung as a party talks once he is up; with whom, the parties say. */
function partiesChanged(state, data, now) {
  const call = { parties: data.parties, asksQueue: data.asksQueue ?? null, customerLeft: data.customerLeft ?? false };
  const own = ownParty({ call, session: state.session });
  const begins = own?.isUp && state.call?.phase === "offered";
  return changeCall(state, data, { ...call, ...(begins ? { phase: "talking", answeredAt: now * 1000 } : {}) });
}

function changeCall(state, data, change) {
  if (state.call?.callID !== data.callID) return state;
  return { ...state, call: { ...state.call, ...change } };
}

function offerEnded(state, data) {
  if (state.call?.callID !== data.callID || data.outcome === "answered") return state;
  return { ...state, call: null, notice: { kind: "offerEnded", outcome: data.outcome } };
}

/** A call as the snapshot has it; what is missing is taken from the agent's state. */
function callFromSnapshot({ agent, call }) {
  const isTalking = agent?.status === "talking" && call.phase !== "dialling";
  // It is held by who handles it, not by who is asked.
  const isHeld = Boolean(call.isHeld) && !(call.parties ?? []).some((party) => party.agentID === agent?.agentID);
  const phase = isTalking ? "talking" : agent?.status === "afterCallWork" ? "ended" : "offered";
  return {
    ...call,
    customer: call.customer ?? null,
    parties: call.parties ?? [],
    asksQueue: call.asksQueue ?? null,
    customerLeft: call.customerLeft ?? false,
    phase,
    answeredAt: isTalking ? agent.since : null,
    isHeld,
    heldAt: isHeld ? call.since : null,
  };
}
