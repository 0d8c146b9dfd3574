// Records that the agent looks at before they are dialled (预先拨号): which campaign, whose number, and what he decides.
import { clockText, milliseconds } from "../core/clock.js";
import { h, icon, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { appointRecord, chooseCampaign, dialRecord, isLooking, skipRecord } from "../desk/previews.js";
import { store } from "../desk/store.js";
import { ask } from "./dialog.js";
import { attempt } from "./failure.js";
import { Part } from "./part.js";
import { formLine } from "./screen-parts.js";

const results = {
  connected: "preview.connected", abandoned: "ended.abandoned", busy: "ended.busy", noAnswer: "ended.noAnswer",
  rejected: "ended.rejected", notFound: "ended.notFound", unavailable: "ended.unavailable", givenUp: "preview.givenUp",
  machine: "ended.machine", fax: "ended.fax", failed: "preview.failed",
};

/** Hidden while there is no campaign to choose. */
class PreviewPanel extends Part {
  build() {
    this.shown = undefined;
    this.campaigns = undefined;
    this.choice = h("select", { "aria-label": t("preview.campaign"), "data-command": "campaign", onchange: () => attempt(this.problem, () => chooseCampaign(this.choice.value)) });
    this.problem = h("span", { class: "problem", role: "alert" });
    this.content = h("div", { class: "card-body preview-record", role: "status" });
    this.remains = h("span", { class: "figure", role: "timer", "aria-live": "off" });
    return [h("section", { class: "card", "aria-label": t("preview.title") },
      h("header", { class: "card-head" }, h("h2", {}, t("preview.title")), this.choice), this.content, this.problem)];
  }

  update({ preview, agent, pending }) {
    this.hidden = preview.campaigns.length === 0 && !preview.campaign;
    if (preview.campaigns !== this.campaigns || preview.campaign?.id !== this.chosen) this.#choices(preview);
    this.content.querySelectorAll("button").forEach((button) => { button.disabled = Boolean(pending) || !isLooking(agent); });
    // Read anew it is the same: who is at a button stays there.
    const shown = preview.record ? JSON.stringify(preview.record) : `${preview.campaign?.id} ${agent?.status}`;
    if (shown === this.shown) return;
    this.shown = shown;
    this.content.replaceChildren(...(preview.record ? this.#record(preview.record) : [h("p", { class: "muted" }, waiting(preview, agent))]));
    this.content.querySelectorAll("button").forEach((button) => { button.disabled = !isLooking(agent); });
  }

  tick(now) {
    const until = milliseconds(store.state.preview.record?.preview.expiresAt);
    setText(this.remains, until === null ? "" : clockText(until - now));
  }

  #choices({ campaigns, campaign }) {
    this.campaigns = campaigns;
    this.chosen = campaign?.id;
    const known = campaign && !campaigns.some(({ id }) => id === campaign.id) ? [campaign, ...campaigns] : campaigns;
    this.choice.replaceChildren(h("option", { value: "" }, t("preview.none")),
      ...known.map(({ id, name }) => h("option", { value: id, selected: id === campaign?.id }, name)));
  }

  #record(record) {
    const { preview, customer } = record;
    return [
      h("div", { class: "person-card" },
        h("span", { class: "avatar", "aria-hidden": "true" }, customer?.name ? [...customer.name][0] : "?"),
        h("div", {},
          h("p", { class: "person-name" }, customer?.name ?? preview.number,
            customer?.isVIP && h("span", { class: "vip" }, icon("star"), t("customer.vip"))),
          h("p", { class: "muted" }, customer ? preview.number : t("customer.notKnown")))),
      pairs([...Object.entries(customer?.fields ?? {}), ...Object.entries(record.attributes)]),
      h("p", { class: "muted" }, t("preview.tries", { count: record.attempts, most: record.maxAttempts })),
      record.earlier.length > 0 && h("ul", { class: "preview-tries" }, record.earlier.map(earlier)),
      h("p", {}, t(record.whenOver === "dial" ? "preview.dialledIn" : "preview.givenBackIn"), " ", this.remains),
      h("div", { class: "row-actions" },
        h("button", { type: "button", class: "go", "data-command": "dialRecord", onclick: () => attempt(this.problem, () => dialRecord(record)) }, icon("answer"), t("preview.dial")),
        h("button", { type: "button", "data-command": "appointRecord", onclick: () => appoint(record) }, t("preview.appoint")),
        h("button", { type: "button", class: "quiet", "data-command": "skipRecord", onclick: () => skip(record) }, t("preview.skip"))),
    ].filter(Boolean);
  }

}

function waiting({ campaign }, agent) {
  if (!campaign) return t("preview.choose");
  return t(agent?.status === "ready" ? "preview.comes" : "preview.whenReady");
}

function pairs(rows) {
  const filled = rows.filter(([, value]) => value !== "");
  return filled.length > 0 && h("dl", {}, filled.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, String(value))]));
}

function earlier(attempt) {
  const result = Object.hasOwn(results, attempt.result ?? "") ? t(results[attempt.result]) : t("contacts.inProgress");
  const words = [new Date(milliseconds(attempt.startedAt)).toLocaleString(), result, attempt.disposition, attempt.note];
  return h("li", {}, words.filter(Boolean).join(" · "));
}

const reasonField = (isNeeded) =>
  h("input", { type: "text", maxlength: "200", required: isNeeded, "data-new": "reason" });

async function skip(record) {
  const reason = reasonField(true);
  reason.setAttribute("data-first-focus", "");
  const isDone = h("input", { type: "checkbox", "data-new": "isDone" });
  await ask({
    title: t("preview.skip"), submit: t("preview.skip"),
    body: h("div", { class: "form" }, formLine(t("preview.reason"), reason), formLine(t("preview.never"), isDone)),
    act: () => skipRecord(record, reason.value.trim(), isDone.checked),
  });
}

async function appoint(record) {
  const at = h("input", { type: "datetime-local", required: true, "data-new": "at", "data-first-focus": true });
  const isMine = h("input", { type: "checkbox", checked: true, "data-new": "isMine" });
  const reason = reasonField(false);
  await ask({
    title: t("preview.appoint"), submit: t("preview.appoint"),
    body: h("div", { class: "form" }, formLine(t("preview.at"), at), formLine(t("preview.mine"), isMine), formLine(t("preview.reason"), reason)),
    act: () => appointRecord(record, new Date(at.value).getTime(), isMine.checked, reason.value.trim()),
  });
}

customElements.define("preview-panel", PreviewPanel);
