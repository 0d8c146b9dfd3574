// Keys: Ctrl+Shift+A answers, D declines, H holds and takes back, M mutes, T chooses whom to ask, C joins all in one
// conversation, E hangs up, or ends after-call work.
import { toggleTargets } from "../elements/call-company.js";
import { answer, decline, finish, hangUp, hold, join, retrieve } from "./commands.js";
import { toggleMute } from "./phone.js";
import { callPhase } from "./state.js";
import { store } from "./store.js";

/** The command a key stands for now, or null. A key that belongs to an input method is nobody's. */
export function commandFor(event, phase) {
  if (event.isComposing || event.repeat || !event.ctrlKey || !event.shiftKey || event.altKey || event.metaKey) return null;
  switch (event.code) {
    case "KeyA": return phase === "offered" ? answer : null;
    case "KeyD": return phase === "offered" ? decline : null;
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
    const command = commandFor(event, callPhase(store.state));
    if (!command) return;
    event.preventDefault();
    command();
  });
}
