// Where the web client starts: the parts, put together.
import { loadTexts, preferredLanguage } from "./core/texts.js";
import { watchAttention } from "./desk/attention.js";
import { resume } from "./desk/commands.js";
import { followAgent } from "./desk/phone.js";
import { followPlace } from "./desk/place.js";
import { watchRinging } from "./desk/ringer.js";
import { listenForShortcuts } from "./desk/shortcuts.js";
import "./elements/desk-app.js";

await loadTexts(preferredLanguage());
customElements.get("desk-app").start();
listenForShortcuts(document);
watchAttention(document);
followAgent();
followPlace();
watchRinging();
resume();
