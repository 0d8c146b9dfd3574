// The words for settings; a field that has none here, from a newer service, shows by its own name.
import { t } from "../core/texts.js";
import { fieldLabel } from "../flows/labels.js";

const settings = {
  id: "setting.id", name: "field.name", title: "field.name", roles: "users.roles", isActive: "users.active", permissions: "setting.permissions", ringSeconds: "field.ringSeconds", afterCallWorkSeconds: "setting.afterCallWorkSeconds",
  requiredSkills: "setting.requiredSkills", widening: "setting.widening", afterSeconds: "setting.afterSeconds",
  strategy: "setting.strategy", agentOrder: "setting.agentOrder", announcePositionAfter: "setting.announcePositionAfter",
  announcePositionEvery: "setting.announcePositionEvery", announceEstimate: "setting.announceEstimate",
  ringBack: "setting.ringBack", overflow: "setting.overflow", mostWaiting: "setting.mostWaiting",
  longestEstimateSeconds: "setting.longestEstimateSeconds", ifNobodySignedIn: "setting.ifNobodySignedIn",
  priority: "setting.priority", rules: "setting.rules", secondsPerPoint: "setting.secondsPerPoint", add: "setting.add",
  moderatorPIN: "setting.moderatorPIN", pin: "setting.pin", mostMembers: "setting.mostMembers", isAnnounced: "setting.isAnnounced",
  waitsForModerator: "setting.waitsForModerator", endsWithModerator: "setting.endsWithModerator",
  supervisors: "setting.supervisors", members: "setting.members", afterCallWork: "setting.afterCallWork",
  extensionSeconds: "setting.extensionSeconds", mostExtensions: "setting.mostExtensions", experts: "setting.experts",
  afterTalkFlow: "setting.afterTalkFlow", endsConferenceWithCustomer: "setting.endsConferenceWithCustomer", pauseReasons: "setting.pauseReasons", reason: "setting.reason", limitMinutes: "setting.limitMinutes",
  host: "setting.host", port: "setting.port", transport: "setting.transport", addresses: "setting.addresses",
  username: "setting.username", password: "setting.password", realm: "setting.realm", registers: "setting.registers",
  isInbound: "setting.isInbound", isOutbound: "setting.isOutbound", maxCalls: "setting.maxCalls",
  callsPerSecond: "setting.callsPerSecond", codecs: "setting.codecs", probeSeconds: "setting.probeSeconds",
  trunkID: "setting.trunkID", prefixes: "setting.prefixes", carriers: "setting.carriers", regions: "setting.regions",
  tenants: "setting.tenants", cost: "setting.cost", isEnabled: "setting.isEnabled", windows: "setting.windows",
  origins: "setting.origins", attributes: "setting.attributes", maxCallsPerSource: "setting.maxCallsPerSource", callsPerMinute: "setting.callsPerMinute",
  longestCallSeconds: "setting.longestCallSeconds",
  days: "setting.days", to: "setting.to", fromDomain: "setting.fromDomain", weight: "setting.weight",
  queueID: "field.queue", fromNumber: "setting.fromNumber", mode: "setting.mode", hours: "setting.hours", maxAttempts: "setting.mostAttempts",
  detectsAnswers: "setting.detectsAnswers", preview: "setting.preview", whenOver: "setting.whenOver", againAfter: "setting.againAfter",
  agents: "setting.agents", from: "field.from", until: "setting.ends", timeZone: "field.timeZone",
  ringsAtOnce: "setting.ringsAtOnce", sessionMinutes: "setting.sessionMinutes",
  agentHears: "setting.agentHears", texts: "setting.texts", callbacks: "setting.callbacks", abandoned: "setting.abandoned",
  mostAttempts: "setting.mostAttempts", retrySeconds: "setting.retrySeconds", expiresHours: "setting.expiresHours",
  preferredAgents: "setting.preferredAgents", by: "setting.by", whenBusy: "setting.whenBusy", seconds: "setting.seconds",
  serviceLevel: "setting.serviceLevel", formula: "setting.formula", thresholdSeconds: "setting.thresholdSeconds",
  shortAbandonSeconds: "setting.shortAbandonSeconds", assertsCaller: "setting.assertsCaller",
  calledInTo: "setting.calledInTo", callerIn: "setting.callerIn", calledIn: "setting.calledIn",
  callerOut: "setting.callerOut", calledOut: "setting.calledOut", format: "setting.format", pattern: "setting.pattern",
  strip: "setting.strip", prepend: "setting.prepend", downAfter: "setting.downAfter", upAfter: "setting.upAfter",
  responseSeconds: "setting.responseSeconds", tlsName: "setting.tlsName",
};

/** In which order the settings of a thing are asked; those that are not named here come last, as they are called. */
const order = Object.keys(settings);

/** Names that mean something else within another setting. */
const within = {
  hours: { from: "setting.begins", until: "setting.ends" },
  preview: { seconds: "setting.previewSeconds" },
  windows: { from: "setting.begins", to: "setting.ends" },
};

/** `path` is where the setting stands; places in lists do not count. */
export function settingLabel(name, path = [name]) {
  const around = within[path.filter((step) => typeof step === "string").at(-2)];
  if (around && Object.hasOwn(around, name)) return t(around[name]);
  return Object.hasOwn(settings, name) ? t(settings[name]) : fieldLabel(name);
}

export const bySetting = (left, right) => Number(right.isRequired) - Number(left.isRequired) || at(left.name) - at(right.name) || left.name.localeCompare(right.name);

const at = (name) => (order.includes(name) ? order.indexOf(name) : order.length);
