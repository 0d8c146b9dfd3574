// What the service finds wrong with a flow, in the page's language. A sentence that is not known here stays as it is.
import { currentLanguage, t } from "../core/texts.js";
import { fieldLabel } from "./labels.js";

/** Patterns of the service's sentences; groups fill the places in turn. A place called `field` is a field's name. */
const sentences = [
  [/^It cannot be reached\.$/, "problem.unreachable", []],
  [/^From here there is no exit/, "problem.noExit", []],
  [/^It comes back to itself/, "problem.circle", []],
  [/^It lacks “(.+)”\.$/, "problem.lacks", ["field"]],
  [/^The flow lacks “(.+)”\.$/, "problem.flowLacks", ["field"]],
  [/^“(.+?)(?:\..+)?” leads to “”/, "problem.leadsNowhere", ["field"]],
  [/^“(.+?)” leads to “(.+)”, which is missing/, "problem.leadsToMissing", ["field", "node"]],
  [/^There is no node “(.*)” to start at/, "problem.noStart", ["node"]],
  [/^“text” must have 1 to (\d+) characters/, "problem.text", ["most"]],
  [/^“(.+)” must have 1 to (\d+) entries\.$/, "problem.entries", ["field", "most"]],
  [/^“(.+)”: each entry is one of file/, "problem.promptKind", ["field"]],
  [/^“(.+)”: a text has 1 to (\d+) characters/, "problem.promptText", ["field", "most"]],
  [/^“(.+)”: “(.*)” is not the name of a prompt/, "problem.promptName", ["field", "value"]],
  [/^“keys” is empty/, "problem.noKeys", []],
  [/^“(.+)” is empty/, "problem.empty", ["field"]],
  [/^“(.*)” is not a key; keys/, "problem.key", ["value"]],
  [/^“(\w+Key)” is not a key/, "problem.notKey", ["field"]],
  [/^“number” is neither 1 to 12 digits/, "problem.conferenceNumber", []],
  [/^“exits”: the exit “next”/, "problem.exitNext", []],
  [/^“(.+)” has (?:at most|1 to) (\d+) (?:characters|entries)\.$/, "problem.atMost", ["field", "most"]],
  [/^“(.+)” must be (\d+) to (\d+)\.$/, "problem.range", ["field", "least", "most"]],
  [/^“(.+)”: “(.*)” is not a name/, "problem.name", ["field", "value"]],
  [/^“queue” is not the id of a queue/, "problem.queue", []],
  [/^“flow” is not the id of a flow/, "problem.flowID", []],
  [/^“flow”: there is no published flow “(.+)”/, "problem.noFlow", ["value"]],
  [/^“flow”: .*into (?:itself|this flow)/, "problem.ownFlow", []],
  [/^“list”: there is no list “(.*)”/, "problem.noList", ["value"]],
  [/^Either “number” or “numbers”/, "problem.numberNeeded", []],
  [/^Either “expression” or “attribute”/, "problem.testNeeded", []],
  [/^“value” is needed/, "problem.valueNeeded", []],
  [/^“values” is needed/, "problem.valuesNeeded", []],
  [/^“value” must be a number/, "problem.valueNumber", []],
  [/^“(.+)”: “(.*)” is not 1 to 32 of/, "problem.number", ["field", "value"]],
  [/^“onTimeout” needs “timeoutSeconds”/, "problem.timeoutNeeded", []],
  [/^“expression”: (.+)$/, "problem.expression", ["message"]],
  [/^“url” begins with/, "problem.url", []],
  [/^“headers”: “(.*)” cannot be set/, "problem.header", ["value"]],
  [/^“onStatus”: “(.*)” is not a status/, "problem.status", ["value"]],
  [/^Either “queue” or “agent” can be given/, "problem.queueOrAgent", []],
  [/^The name must have/, "problem.flowName", []],
];

export function problemText({ message }) {
  if (currentLanguage() === "en") return message;
  for (const [pattern, key, places] of sentences) {
    const found = pattern.exec(message);
    if (!found) continue;
    return t(key, Object.fromEntries(places.map((place, index) => [place, place === "field" ? fieldLabel(found[index + 1]) : found[index + 1]])));
  }
  return message;
}
