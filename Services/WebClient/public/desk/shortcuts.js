// Keys: Ctrl+Shift+A answers, D declines, H holds and takes back, M mutes, E hangs up, or ends after-call work.
import { answer, decline, finish, hangUp, hold, retrieve } from "./commands.js";
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
