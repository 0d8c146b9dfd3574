// A call or a matter that is offered while the agent looks elsewhere: the title blinks, and the desktop shows a notification.
import { t } from "../core/texts.js";
import { callPhase, offeredWork } from "./state.js";
import { store } from "./store.js";

/** Asks once whether notifications may be shown. */
export function askForNotifications() {
  if ("Notification" in window && Notification.permission === "default") Notification.requestPermission();
}

/** The name to call a customer by: his own, or his number. */
export function callerName(call) {
  if (call.attributes?.medium === "web" && !call.customer) return call.attributes.visitorName ? t("customer.visitorNamed", { name: call.attributes.visitorName }) : t("customer.visitor");
  return call.customer?.name || call.customerNumber || t("customer.unknown");
}

/** Whose matter it is. */
export const workCustomer = ({ customer }) => [customer?.name, customer?.address].filter(Boolean).join(" · ");

/** What a matter is called: its line, or whose it is. */
export const workTitle = (work) => work.title || workCustomer(work) || t(media[work.medium] ?? "media.ticket");

export const media = { voice: "media.voice", chat: "media.chat", sms: "media.sms", mail: "media.mail", ticket: "media.ticket" };

/** Whoever is offered: a caller, else the customer of work beside calls; null for nobody. */
function offered(state) {
  if (callPhase(state) === "offered") {
    return { id: state.call.callID, words: t("title.offered", { name: callerName(state.call) }), body: state.call.customerNumber };
  }
  const [work] = offeredWork(state);
  return work ? { id: work.id, words: t("title.work", { what: workTitle(work) }), body: work.title ? workCustomer(work) : "" } : null;
}

export function watchAttention(page) {
  let blinking = null;
  let notification = null;
  store.watch((state, before) => {
    const now = offered(state);
    if (now?.id === offered(before)?.id) return;
    clearInterval(blinking);
    notification?.close();
    notification = null;
    page.title = t("title");
    if (!now) return;
    let isOn = false;
    blinking = setInterval(() => (page.title = (isOn = !isOn) ? now.words : t("title")), 700);
    notification = notify(now);
  });
}

function notify({ id, words, body }) {
  if (!("Notification" in window) || Notification.permission !== "granted" || document.hasFocus()) return null;
  const notification = new Notification(words, { body, tag: id });
  notification.addEventListener("click", () => window.focus());
  return notification;
}
