// Beside the contacts: the customer of the present call, and what the IVR learnt; or that nobody calls.
import { h, icon, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { callerName } from "../desk/attention.js";
import { store } from "../desk/store.js";
import "./customer-search.js";
import { Part } from "./part.js";

const waiting = { ready: "customer.waitingReady", paused: "customer.waitingPaused" };

/** The customer's card. */
class CustomerPanel extends Part {
  build() {
    this.shown = undefined;
    this.content = h("div", { class: "card-body" });
    return [h("section", { class: "card", "aria-label": t("customer.title") },
      h("header", { class: "card-head" }, h("h2", {}, t("customer.title"))), this.content)];
  }

  update({ call, agent }) {
    const shown = call ?? agent?.status;
    if (shown === this.shown) return;
    this.shown = shown;
    this.content.replaceChildren(...(call ? card(call) : nobody(agent)));
  }
}

function nobody(agent) {
  return [h("div", { class: "empty" }, icon("headset"), h("p", {}, t(waiting[agent?.status] ?? "customer.none"))), h("customer-search")];
}

function card(call) {
  const { customer } = call;
  return [
    h("div", { class: "person-card" },
      h("span", { class: "avatar", "aria-hidden": "true" }, customer?.name ? [...customer.name][0] : "?"),
      h("div", {},
        h("p", { class: "person-name" }, callerName(call),
          customer?.isVIP && h("span", { class: "vip" }, icon("star"), t("customer.vip"))),
        h("p", { class: "muted" }, customer ? call.customerNumber : t("customer.notKnown")))),
    customer && list(t("customer.fields"), [
      [t("customer.numbers"), (customer.numbers ?? []).join("\n")],
      ...Object.entries(customer.fields ?? {}),
    ]),
    list(t("customer.attributes"), Object.entries(call.attributes ?? {}), t("customer.noAttributes")),
  ].filter(Boolean);
}

function list(title, rows, whenEmpty) {
  const filled = rows.filter(([, value]) => value !== "");
  if (filled.length === 0) {
    return whenEmpty ? h("section", {}, h("h3", {}, title), h("p", { class: "muted" }, whenEmpty)) : null;
  }
  return h("section", {}, h("h3", {}, title),
    h("dl", {}, filled.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, String(value))])));
}

customElements.define("customer-panel", CustomerPanel);
