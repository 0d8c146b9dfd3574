// The words for what a flow is made of. What has no word here, from a newer service, shows by its own name.
import { t } from "../core/texts.js";

const kinds = {
  play: "kind.play", say: "kind.say", menu: "kind.menu", collect: "kind.collect", set: "kind.set",
  condition: "kind.condition", calendar: "kind.calendar", list: "kind.list", subFlow: "kind.subFlow", queue: "kind.queue",
  transfer: "kind.transfer", return: "kind.return", hangUp: "kind.hangUp", survey: "kind.survey",
  voicemail: "kind.voicemail", record: "kind.record", lookup: "kind.lookup", calledBefore: "kind.calledBefore", request: "kind.request", fax: "kind.fax", recognize: "kind.recognize", callback: "kind.callback",
  conference: "kind.conference", script: "kind.script",
};

/** What a kind is for, in one sentence. */
const purposes = {
  play: "purpose.play", say: "purpose.say", menu: "purpose.menu", collect: "purpose.collect", set: "purpose.set",
  condition: "purpose.condition", calendar: "purpose.calendar", list: "purpose.list", subFlow: "purpose.subFlow",
  queue: "purpose.queue", transfer: "purpose.transfer", return: "purpose.return", hangUp: "purpose.hangUp",
  survey: "purpose.survey", voicemail: "purpose.voicemail", record: "purpose.record", request: "purpose.request",
  lookup: "purpose.lookup", calledBefore: "purpose.calledBefore", fax: "purpose.fax", recognize: "purpose.recognize", callback: "purpose.callback",
  conference: "purpose.conference", script: "purpose.script",
};

const fields = {
  name: "field.name", start: "field.start", prompts: "field.prompts", text: "field.text", keys: "field.keys",
  invalidPrompts: "field.invalidPrompts", timeoutSeconds: "field.timeoutSeconds", retries: "field.retries",
  onFailed: "field.onFailed", attribute: "field.attribute", minimumDigits: "field.minimumDigits",
  maximumDigits: "field.maximumDigits", endKey: "field.endKey", values: "field.values", test: "field.test",
  value: "field.value", expression: "field.expression", then: "field.then", else: "field.else",
  timeZone: "field.timeZone", hours: "field.hours", holidays: "field.holidays", workdays: "field.workdays",
  open: "field.open", closed: "field.closed", holiday: "field.holiday", list: "field.list", flow: "field.flow",
  queue: "field.queue", priority: "field.priority", skills: "field.skills", music: "field.music",
  announcement: "field.announcement", announceEverySeconds: "field.announceEverySeconds", onTimeout: "field.onTimeout",
  onNoAgents: "field.onNoAgents", agent: "field.agent", agentSeconds: "field.agentSeconds", number: "field.number",
  numbers: "field.numbers", from: "field.from", ringSeconds: "field.ringSeconds", next: "field.next",
  language: "field.language", interruptible: "field.interruptible", question: "field.question", questions: "field.questions",
  address: "field.address", url: "field.url", method: "field.method", headers: "field.headers", body: "field.body",
  mailbox: "field.mailbox", maximumSeconds: "field.maximumSeconds", file: "field.file", say: "field.say",
  beep: "field.beep", minimumSeconds: "field.minimumSeconds", silenceSeconds: "field.silenceSeconds",
  finishKey: "field.finishKey", review: "field.review", scores: "field.scores", onStatus: "field.onStatus",
  statusAttribute: "field.statusAttribute", onMissing: "field.onMissing", check: "field.check", confirm: "field.confirm",
  lengths: "field.lengths", luhn: "field.luhn", least: "field.least", most: "field.most", date: "field.date",
  agentAnnouncement: "field.agentAnnouncement", afterTalk: "field.afterTalk", withinHours: "field.withinHours", queueAttribute: "field.queueAttribute", station: "field.station",
  pin: "field.pin", leaveKey: "field.leaveKey", mostSteps: "field.mostSteps", exits: "field.exits",
  phrases: "field.phrases", minimumConfidence: "field.minimumConfidence", onNothing: "field.onNothing",
  hungUp: "field.hungUp", callerGone: "field.callerGone", answered: "field.answered", onError: "field.onError",
};

const choices = {
  equals: "choice.equals", differs: "choice.differs", exists: "choice.exists", missing: "choice.missing",
  beginsWith: "choice.beginsWith", contains: "choice.contains", oneOf: "choice.oneOf", lessThan: "choice.lessThan",
  moreThan: "choice.moreThan", atLeast: "choice.atLeast", zh: "choice.zh", en: "choice.en",
  mon: "choice.mon", tue: "choice.tue", wed: "choice.wed", thu: "choice.thu", fri: "choice.fri", sat: "choice.sat", sun: "choice.sun",
  longestIdle: "choice.longestIdle", roundRobin: "choice.roundRobin", fewestCalls: "choice.fewestCalls",
  leastTalkTime: "choice.leastTalkTime", fixedOrder: "choice.fixedOrder", random: "choice.random",
  timed: "choice.timed", untilDone: "choice.untilDone", mandatory: "choice.mandatory", none: "choice.none",
  progressive: "choice.progressive", preview: "choice.preview", giveBack: "choice.giveBack",
  list: "choice.list", dial: "choice.dial", unresolvedCase: "choice.unresolvedCase",
  lastAgent: "choice.lastAgent", owner: "choice.owner", calledHim: "choice.calledHim",
  lockSeat: "choice.lockSeat", otherAgent: "choice.otherAgent",
  servedOrAbandonedWithin: "choice.servedOrAbandonedWithin",
  answeredWithinOfAnswered: "choice.answeredWithinOfAnswered", answeredWithinOfAll: "choice.answeredWithinOfAll",
  answeredWithinOfPatient: "choice.answeredWithinOfPatient",
  shortAbandonsAnswered: "choice.shortAbandonsAnswered", udp: "choice.udp", tcp: "choice.tcp", tls: "choice.tls",
  asIs: "choice.asIs", digits: "choice.digits", e164: "choice.e164",
};

const permissions = {
  "customer.view": "permission.customerView",
  "customer.create": "permission.customerCreate",
  "customer.edit": "permission.customerEdit",
  "customer.delete": "permission.customerDelete",
  "user.view": "permission.userView",
  "user.manage": "permission.userManage",
  "role.view": "permission.roleView",
  "role.manage": "permission.roleManage",
  "number.view": "permission.numberView",
  "queue.manage": "permission.queueManage",
  "flow.manage": "permission.flowManage",
  "campaign.manage": "permission.campaignManage",
  "call.supervise": "permission.callSupervise",
  "call.intervene": "permission.callIntervene",
  "recording.play": "permission.recordingPlay",
  "recording.control": "permission.recordingControl",
  "recording.manage": "permission.recordingManage",
  "fax.send": "permission.faxSend",
  "fax.view": "permission.faxView",
  "fax.manage": "permission.faxManage",
  "report.view": "permission.reportView",
  "report.export": "permission.reportExport",
};

const word = (table, name) => (Object.hasOwn(table, name) ? t(table[name]) : name);

export const kindLabel = (kind) => word(kinds, String(kind));
export const kindPurpose = (kind) => (Object.hasOwn(purposes, kind) ? t(purposes[kind]) : "");
export const fieldLabel = (name) => word(fields, name);
export const choiceLabel = (value) => word({ ...choices, ...permissions }, String(value));

/** The words beside a port: `keys.1` is a key, `next` the next node. */
export function wayLabel({ way, path, isOpen }) {
  if (isOpen) return t("flows.oneMoreKey");
  if (path?.length > 1 && path.at(-2) === "keys") return t("flows.key", { key: path.at(-1) });
  // What the caller says is its own label.
  if (path?.length > 1 && path.at(-2) === "phrases") return t("flows.said", { text: path.at(-1) });
  return path?.length > 1 ? [fieldLabel(path[0]), ...path.slice(1)].join(" ") : fieldLabel(way);
}

/** A way as counters and trials name it. */
export const exitLabel = (exit) => wayLabel({ way: exit, path: exit.split(".") });

/** One line about what a node does: what is said, asked, waited for. */
export function summaryOf(node) {
  if (!node || typeof node !== "object") return "";
  const heard = Array.isArray(node.prompts) ? node.prompts.map(promptText).filter(Boolean).join(" ") : "";
  const told = node.text || heard || node.expression
    || [node.attribute, node.test && choiceLabel(node.test), node.value].filter(Boolean).join(" ")
    || node.url || node.queue || node.list || node.flow || node.number || node.numbers?.join?.(", ");
  if (told) return String(told);
  if (node.values && typeof node.values === "object") return Object.entries(node.values).map(([name, value]) => `${name} = ${value}`).join(", ");
  if (node.timeZone) return String(node.timeZone);
  const first = Object.entries(node).find(([name, value]) => name !== "type" && typeof value === "string" && !/^(next|on[A-Z].*|then|else)$/.test(name));
  return first ? first[1] : "";
}

export function promptText(prompt) {
  if (prompt?.say) return `“${prompt.say}”`;
  if (prompt?.file) return `♪ ${prompt.file}`;
  return prompt?.music ? `♪ ${t("flows.music")}` : "";
}
