// What an agent has beside calls: chats, mails, tickets that he is asked to take, and those in his hands.
import { clockText, milliseconds } from "../core/clock.js";
import { h, icon, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { media, workCustomer, workTitle } from "../desk/attention.js";
import { dispositions } from "../desk/dispositions.js";
import { store } from "../desk/store.js";
import { acceptWork, finishWork, giveWorkBack, refuseWork } from "../desk/work.js";
import { ask } from "./dialog.js";
import { Part } from "./part.js";
import { formLine } from "./screen-parts.js";

const icons = { chat: "ask", sms: "ask", mail: "mail", ticket: "list" };
const states = { offered: "work.offered", open: "work.open", interrupted: "work.interrupted" };

/** Offered first, then what is in hand, each in the order in which it came. */
export const inOrder = (items) => [...items].sort((left, right) =>
  Number(right.state === "offered") - Number(left.state === "offered") || left.enteredAt - right.enteredAt || (left.id < right.id ? -1 : 1));

/** Hidden for whoever has nothing; with `data-offers-only` for whoever is asked nothing. */
class WorkPanel extends Part {
  #rows = new Map();

  build() {
    this.#rows.clear();
    this.shown = undefined;
    this.counts = h("span", { class: "muted work-counts" });
    this.spoken = h("span", { class: "visually-hidden", role: "alert" });
    this.list = h("ul", { class: "work-list" });
    return [this.spoken, h("section", { class: "card work", "aria-label": t("work.title") },
      h("header", { class: "card-head" }, h("h2", {}, t("work.title")), this.counts), this.list)];
  }

  update({ work, pending, names }) {
    const offersOnly = this.hasAttribute("data-offers-only");
    const items = inOrder(offersOnly ? work.filter(({ state }) => state === "offered") : work);
    this.hidden = items.length === 0;
    const rows = new Map(items.map((item) => [item.id, this.#rows.get(item.id) ?? new WorkRow(item)]));
    this.#rows = rows;
    for (const [index, item] of items.entries()) {
      const row = rows.get(item.id);
      row.show(item, Boolean(pending), names);
      if (this.list.children[index] !== row.element) this.list.insertBefore(row.element, this.list.children[index] ?? null);
    }
    while (this.list.children.length > items.length) this.list.lastElementChild.remove();
    const offered = items.filter(({ state }) => state === "offered");
    setText(this.counts, t("work.counts", { offered: offered.length, held: items.length - offered.length }));
    setText(this.spoken, offered.length > 0 ? t("title.work", { what: workTitle(offered[0]) }) : "");
  }

  tick(now) {
    for (const row of this.#rows.values()) row.tick(now);
  }
}

/** Built once for a matter, then changed in place, so that a button is not taken from under the mouse. */
class WorkRow {
  constructor({ id }) {
    this.picture = h("span", { class: "work-medium" });
    this.title = h("strong", { class: "work-title" });
    this.facts = h("span", { class: "muted work-facts" });
    this.chips = h("ul", { class: "work-attributes" });
    this.state = h("span", { class: "badge" });
    this.timer = h("span", { class: "work-timer", role: "timer", "aria-live": "off" });
    this.link = h("a", { class: "button small", target: "_blank", rel: "noopener noreferrer", "data-command": "openWork" }, t("manage.open"));
    this.accept = button("acceptWork", "go", t("work.accept"), "done", () => acceptWork(id), "Ctrl+Shift+A");
    this.refuse = button("refuseWork", "danger", t("work.refuse"), "cross", () => refuseWork(id), "Ctrl+Shift+D");
    this.finish = button("finishWork", "", t("work.finish"), "done", () => finish(this.item));
    this.giveBack = button("giveWorkBack", "quiet", t("work.giveBack"), "back", () => giveBack(this.item));
    this.element = h("li", { "data-work": id }, this.picture,
      h("div", { class: "work-what" }, h("div", {}, this.title, this.state), this.facts, this.chips),
      this.timer, h("div", { class: "work-buttons" }, this.link, this.accept, this.refuse, this.finish, this.giveBack));
  }

  show(item, isPending, names) {
    const isOffered = item.state === "offered";
    if (this.item?.medium !== item.medium) this.picture.replaceChildren(icon(icons[item.medium] ?? "list"));
    this.item = item;
    this.element.dataset.state = item.state;
    this.picture.title = t(media[item.medium] ?? "media.ticket");
    setText(this.title, workTitle(item));
    setText(this.state, t(states[item.state] ?? "work.open"));
    this.state.className = `badge ${{ offered: "draft", interrupted: "turn" }[item.state] ?? "start"}`;
    setText(this.facts, [workTitle(item) === this.picture.title ? "" : this.picture.title, item.title ? workCustomer(item) : "", names.queues.get(item.queueID) ?? item.queueID].filter(Boolean).join(" · "));
    const attributes = Object.entries(item.attributes ?? {}).slice(0, 4);
    if (this.chips.children.length !== attributes.length) this.chips.replaceChildren(...attributes.map(([name, value]) => h("li", {}, h("span", {}, name), value)));
    const address = /^https?:\/\//.test(item.link ?? "") ? item.link : null;
    this.link.hidden = !address;
    if (address && this.link.getAttribute("href") !== address) this.link.setAttribute("href", address);
    for (const one of [this.accept, this.refuse]) one.hidden = !isOffered;
    for (const one of [this.finish, this.giveBack]) one.hidden = isOffered;
    for (const one of [this.accept, this.refuse, this.finish, this.giveBack]) one.disabled = isPending;
    this.since = milliseconds(item.acceptedAt);
    this.until = isOffered ? milliseconds(item.offeredUntil) : null;
  }

  tick(now) {
    if (this.until !== null) setText(this.timer, t("work.timeLeft", { time: clockText(this.until - now + 999) }));
    else setText(this.timer, this.since === null ? "" : clockText(now - this.since));
  }
}

function button(name, look, words, picture, action, keys) {
  return h("button", {
    type: "button", class: `small ${look}`, "data-command": name, onclick: () => action(), title: keys ? `${words} (${keys})` : words,
    "aria-keyshortcuts": keys?.replace("Ctrl", "Control"),
  }, icon(picture), words);
}

/** What became of it, in the agent's words. */
function finish(item) {
  const disposition = h("select", { "data-new": "disposition", "data-first-focus": true }, h("option", { value: "" }, t("disposition.none")),
    Object.entries(dispositions).map(([value, key]) => h("option", { value }, t(key))));
  const note = h("textarea", { rows: 3, maxlength: "2000", "data-new": "note" });
  return ask({
    title: t("work.finishTitle", { what: workTitle(item) }), submit: t("work.finish"),
    body: h("div", { class: "form" }, formLine(t("disposition.label"), disposition), formLine(t("disposition.note"), note)),
    act: () => finishWork(item.id, disposition.value, note.value.trim()),
  });
}

/** Back to its place in line, in another queue if it belongs there. */
function giveBack(item) {
  const queue = h("select", { "data-new": "queue", "data-first-focus": true },
    [...store.state.names.queues].map(([id, name]) => h("option", { value: id, selected: id === item.queueID }, name)));
  const choice = store.state.names.queues.size > 0 && formLine(t("work.queue"), queue);
  return ask({
    title: t("work.giveBackTitle", { what: workTitle(item) }), submit: t("work.giveBack"),
    body: h("div", { class: "form" }, h("p", {}, t("work.giveBackBody")), choice),
    act: () => giveWorkBack(item.id, queue.value && queue.value !== item.queueID ? queue.value : null),
  });
}

customElements.define("work-panel", WorkPanel);
