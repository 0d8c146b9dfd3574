// Why something did not work, in words for whoever tried it.
import { setText } from "../core/dom.js";
import { refusal, t } from "../core/texts.js";
import { settingLabel } from "../manage/labels.js";

const codes = {
  network: "failure.network", forbidden: "failure.forbidden", notFound: "failure.notFound", draftChanged: "failure.draftChanged",
  notSaved: "failure.notSaved", callersWait: "failure.callersWait", numberInvalid: "failure.number", nameInvalid: "failure.name",
  flowInvalid: "flows.repairFirst", not_wav: "failure.sound", name_taken: "failure.nameTaken",
};

/** Sentences that several services use; groups fill the places in turn, the first is a field's name. */
const sentences = [
  [/^“?([A-Za-z]+)”? (?:is a whole number from|must be|is) (\d+) to (\d+)\.?$/, "failure.range", ["field", "least", "most"]],
  [/^The field ([A-Za-z]+) is missing/, "failure.missing", ["field"]],
  [/^“?([A-Za-z]+)”? (?:has|must have) (\d+) to (\d+) characters/, "failure.length", ["field", "least", "most"]],
];

/** A service's sentence in the page's language: what says which field is wrong first, then what its code says. */
export function serviceText(error) {
  const message = String(error?.message ?? error);
  const words = worded(message);
  return words === message ? refusal(String(error?.code ?? "")) ?? message : words;
}

function worded(message) {
  for (const [pattern, key, places] of sentences) {
    const found = pattern.exec(message);
    if (found) return t(key, Object.fromEntries(places.map((place, index) => [place, index === 0 ? settingLabel(found[1]) : found[index + 1]])));
  }
  return message;
}

/** Of a `RequestError`; what has no words of its own here is said in the service's. */
export function failureText(error) {
  const code = String(error?.code ?? "");
  if (Object.hasOwn(codes, code)) return t(codes[code]) + (code === "not_wav" ? ` ${error.message}` : "");
  return t("failure.refused", { message: serviceText(error) });
}

/** Does it; what it throws is said in `problem`, where what was wrong before is said no more. */
export async function attempt(problem, act) {
  setText(problem, "");
  try {
    await act();
  } catch (error) {
    setText(problem, failureText(error));
  }
}
