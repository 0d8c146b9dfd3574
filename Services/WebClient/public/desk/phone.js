// The telephone in this browser: begun at sign-in, gone on with after a reload, left at sign-out.
import { BrowserPhone, PhoneProblem } from "../core/browserphone.js";
import { send } from "../core/api.js";
import { callPhase, isBrowserPhone } from "./state.js";
import { store } from "./store.js";

let phone = null;
let release = null;

/**
 * Begins: asks for the microphone and connects. Resolves with the telephone's name, to sign in at.
 * - Throws: `PhoneProblem`, `RequestError`
 */
export async function startPhone({ waits = false } = {}) {
  store.send({ type: "phoneState", value: "connecting", problem: null });
  await letGo();
  try {
    await takeTurn(waits);
  } catch (error) {
    store.send({ type: "phoneState", value: "off", problem: null });
    throw error;
  }
  // He has signed out while the other tab was still open.
  if (waits && !usesPhone(store.state)) {
    store.send({ type: "phoneState", value: "off", problem: null });
    return letGo();
  }
  const mine = new BrowserPhone(exchange, (value, problem) => {
    if (phone === mine) store.send({ type: "phoneState", value, problem });
  });
  phone = mine;
  mine.isLive = hasCall(store.state);
  try {
    return await mine.start();
  } catch (error) {
    if (phone === mine) await stopPhone({ leave: !waits, problem: error.kind ?? "failed" });
    throw error;
  }
}

/** Ends; with `leave` for good, and the server is told. */
export async function stopPhone({ leave = false, problem = null } = {}) {
  if (!phone) return;
  const going = letGo({ leave });
  store.send({ type: "phoneState", value: problem ? "ended" : "off", problem });
  await going;
}

/** Gives up the line, the microphone and the turn. */
async function letGo({ leave = false } = {}) {
  const ended = phone;
  phone = null;
  await ended?.stop({ leave });
  release?.();
  release = null;
}

export function toggleMute() {
  if (!phone) return;
  mute(!store.state.phone.isMuted);
}

/** Presses a key of the telephone, for what is at the other end. */
export function pressKey(key) {
  phone?.press(key);
}

/** Takes the line up again after it ended with a problem. */
export const retryPhone = () => startPhone({ waits: true }).catch(() => {});

/** Follows the agent: who signed in at his browser and comes back finds his telephone there. */
export function followAgent() {
  store.watch((state, before) => {
    const uses = usesPhone(state);
    if (uses && !phone && state.phone.value === "off") startPhone({ waits: true }).catch(() => {});
    if (!uses && usesPhone(before)) stopPhone({ leave: Boolean(state.session) });
    if (phone) phone.isLive = hasCall(state);
    // Who was muted in one call does not want to begin the next one unheard.
    if (phone && state.phone.isMuted && callPhase(state) === null && callPhase(before) !== null) mute(false);
  });
}

/** From its first ring, so that the first word is not lost. */
const hasCall = (state) =>
  ["ringing", "talking"].includes(state.agent?.status) || ["offered", "talking", "held"].includes(callPhase(state));

const usesPhone = ({ session, agent }) => Boolean(session && agent && agent.status !== "signedOut" && isBrowserPhone(agent.phoneID));

function mute(isMuted) {
  phone.isMuted = isMuted;
  store.send({ type: "phoneMuted", isMuted });
}

function exchange(method, path, sdp) {
  return send(method, path, sdp === undefined ? {} : { body: sdp, type: "application/sdp" });
}

/** Two tabs of one browser would take the line from each other: the second waits until the first is closed. */
function takeTurn(waits) {
  if (!navigator.locks) return null;
  const { tenant, user } = store.state.session ?? {};
  return new Promise((resolve, reject) => {
    navigator.locks.request(`carillon.phone.${tenant}.${user?.id}`, { ifAvailable: !waits }, (lock) => {
      if (!lock) return reject(new PhoneProblem("otherTab"));
      return new Promise((done) => {
        release = done;
        resolve();
      });
    });
  });
}
