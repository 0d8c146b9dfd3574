// The frame of the screens for those who manage: the navigation at the left, the screen that the address names.
import { h, icon, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { signOut } from "../desk/commands.js";
import { store } from "../desk/store.js";
import { addressOf, allowedScreens, screenOf, stepsOf } from "../manage/screens.js";
import { languageButton } from "./entry.js";
import "./campaign-list.js";
import "./do-not-call-list.js";
import "./fax-list.js";
import "./flow-editor.js";
import "./floor-queues.js";
import "./flow-list.js";
import { Part } from "./part.js";
import "./desk-settings.js";
import "./media-rules.js";
import "./number-lists.js";
import "./prompt-list.js";
import "./queue-list.js";
import "./resource-screen.js";
import "./skill-list.js";
import "./supervisor-desk.js";
import "./user-list.js";
import "./voicemail-list.js";

/** Which element shows a screen; a second step of the address is what it shows. */
const elements = {
  flows: (id) => (id ? h("flow-editor", { "data-flow": id }) : h("flow-list")),
  floor: () => h("div", { class: "floor-screen" }, h("floor-queues"), h("supervisor-desk")),
  queues: (id) => h("queue-list", { "data-queue": id ?? null }),
  campaigns: () => h("campaign-list"),
  doNotCall: () => h("do-not-call-list"),
  skills: () => h("skill-list"),
  lists: (id) => h("number-lists", { "data-list": id ?? null }),
  prompts: () => h("prompt-list"),
  conferences: () => h("resource-screen", { "data-resource": "conferences" }),
  playlists: () => h("resource-screen", { "data-resource": "playlists" }),
  voicemails: () => h("voicemail-list"),
  faxes: () => h("fax-list"),
  media: () => h("media-rules"),
  groups: () => h("resource-screen", { "data-resource": "groups" }),
  settings: () => h("desk-settings"),
  users: () => h("user-list"),
  webEntries: () => h("resource-screen", { "data-resource": "webEntries" }),
  roles: () => h("resource-screen", { "data-resource": "roles" }),
  trunks: () => h("resource-screen", { "data-resource": "trunks" }),
  routes: () => h("resource-screen", { "data-resource": "routes" }),
};

/** The frame; what is in it is changed only when the address changes. */
class ManageApp extends Part {
  build() {
    const { session, agent } = store.state;
    this.links = allowedScreens(session).map((screen) => h("a", { href: addressOf(screen.id), title: t(screen.title), "data-screen": screen.id }, icon(screen.icon), h("span", {}, t(screen.title))));
    const isAgent = (session?.roles ?? []).includes("agent") || (agent && agent.status !== "signedOut");
    this.person = h("span", { class: "person" });
    this.outlet = h("main", { class: "manage-outlet" });
    this.shown = null;
    return [
      h("nav", { class: "manage-nav", "aria-label": t("screen.manage") },
        h("div", { class: "brand" }, h("span", { class: "brand-mark" }, icon("bell")), h("strong", {}, t("brand"))),
        h("div", { class: "manage-links" }, this.links),
        isAgent && h("a", { href: addressOf("desk"), title: t("screen.desk"), "data-screen": "desk" }, icon("headset"), h("span", {}, t("screen.desk"))),
        this.person, languageButton(),
        h("button", { type: "button", class: "quiet", "data-command": "signOut", onclick: signOut }, t("signOut"))),
      h("div", { class: "manage-main" }, h("notice-line"), agent && agent.status !== "signedOut" && [h("call-bar"), h("work-panel", { "data-offers-only": true })], this.outlet),
    ];
  }

  update({ session, place }) {
    const screen = screenOf(session, place);
    setText(this.person, session?.user?.name ?? "");
    for (const link of this.links) {
      if (link.dataset.screen === screen?.id) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    const [first, second] = stepsOf(place);
    const wanted = screen && JSON.stringify([screen.id, first === screen.id ? second : null]);
    if (!screen || wanted === this.shown) return;
    this.shown = wanted;
    this.outlet.dataset.screen = screen.id;
    this.classList.toggle("has-canvas", first === "flows" && second !== undefined);
    this.outlet.replaceChildren(elements[screen.id](first === screen.id ? second : undefined));
  }
}

customElements.define("manage-app", ManageApp);
