// Keys: Ctrl+Shift+A answers, D declines (a call, or without one the work that is offered), H holds and takes back, M mutes,
// T chooses whom to ask, C joins all in one conversation, E hangs up, or ends after-call work.
import { toggleTargets } from "../elements/call-company.js";
import { answer, decline, finish, hangUp, hold, join, retrieve } from "./commands.js";
import { toggleMute } from "./phone.js";
import { callPhase, offeredWork } from "./state.js";
import { store } from "./store.js";
import { acceptWork, refuseWork } from "./work.js";

/** The command a key stands for now, or null. A key that belongs to an input method is nobody's. */
export function commandFor(event, phase, work = null) {
  if (event.isComposing || event.repeat || !event.ctrlKey || !event.shiftKey || event.altKey || event.metaKey) return null;
  switch (event.code) {
    case "KeyA": return phase === "offered" ? answer : work && (() => acceptWork(work.id));
    case "KeyD": return phase === "offered" ? decline : work && (() => refuseWork(work.id));
    case "KeyH": return phase === "held" ? retrieve : phase === "talking" ? hold : null;
    case "KeyM": return phase === "talking" || phase === "held" ? toggleMute : null;
    case "KeyT": return phase === "talking" || phase === "held" ? toggleTargets : null;
    case "KeyC": return phase === "talking" || phase === "held" ? join : null;
    case "KeyE": return phase === "afterCallWork" ? finish : phase === "offered" ? null : phase ? hangUp : null;
    default: return null;
  }
}

export function listenForShortcuts(target) {
  target.addEventListener("keydown", (event) => {
    const command = commandFor(event, callPhase(store.state), offeredWork(store.state)[0] ?? null);
    if (!command) return;
    event.preventDefault();
    command();
  });
}
