// The way from the agent's desk to his messages, and to the screens for those who manage.
import { h, icon } from "../core/dom.js";
import { t } from "../core/texts.js";
import { store } from "../desk/store.js";
import { addressOf, allowedScreens, managesNothing } from "../manage/screens.js";

/** Null for whoever has neither. */
export function manageLink() {
  const { session } = store.state;
  const [first] = allowedScreens(session);
  const words = managesNothing(session) ? t("screen.messages") : t("screen.manage");
  return first ? h("a", { class: "button quiet", href: addressOf(first.id), "data-command": "manage", title: words }, icon(managesNothing(session) ? "microphone" : "settings"), h("span", {}, words)) : null;
}
