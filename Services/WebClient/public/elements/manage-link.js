// The way from the agent's desk to the screens for those who manage.
import { h, icon } from "../core/dom.js";
import { t } from "../core/texts.js";
import { store } from "../desk/store.js";
import { addressOf, allowedScreens } from "../manage/screens.js";

/** Null for whoever has nothing to manage. */
export function manageLink() {
  const [first] = allowedScreens(store.state.session);
  return first ? h("a", { class: "button quiet", href: addressOf(first.id), "data-command": "manage", title: t("screen.manage") }, icon("settings"), h("span", {}, t("screen.manage"))) : null;
}
