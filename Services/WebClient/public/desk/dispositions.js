// What became of a call, in the words the agent chooses from.
import { t } from "../core/texts.js";

export const dispositions = {
  resolved: "disposition.resolved",
  callBack: "disposition.callBack",
  complaint: "disposition.complaint",
  wrongNumber: "disposition.wrongNumber",
  other: "disposition.other",
};

/** A disposition in the page's language; one that is not ours as it is. */
export function dispositionText(value) {
  return Object.hasOwn(dispositions, value) ? t(dispositions[value]) : value;
}
