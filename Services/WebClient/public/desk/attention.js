// A call that rings while the agent looks elsewhere: the title blinks, and the desktop shows a notification.
import { t } from "../core/texts.js";
import { callPhase } from "./state.js";
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

export function watchAttention(page) {
  let blinking = null;
  let notification = null;
  store.watch((state, before) => {
    const isOffered = callPhase(state) === "offered";
    if (isOffered === (callPhase(before) === "offered")) return;
    clearInterval(blinking);
    notification?.close();
    notification = null;
    page.title = t("title");
    if (!isOffered) return;
    const words = t("title.offered", { name: callerName(state.call) });
    let isOn = false;
    blinking = setInterval(() => (page.title = (isOn = !isOn) ? words : t("title")), 700);
    notification = notify(words, state.call);
  });
}

function notify(words, call) {
  if (!("Notification" in window) || Notification.permission !== "granted" || document.hasFocus()) return null;
  const notification = new Notification(words, { body: call.customerNumber, tag: call.callID });
  notification.addEventListener("click", () => window.focus());
  return notification;
}
