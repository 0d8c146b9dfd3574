// A field into which several telephone numbers are typed or pasted.
import { setText } from "../core/dom.js";
import { failureText } from "./failure.js";

/** Sends them one after the other; those that were refused stay in the field, and `problem` says why of the last. */
export async function sendEachNumber(field, problem, send) {
  setText(problem, "");
  const refused = [];
  for (const number of field.value.split(/[\s,，、;；]+/).filter((one) => one !== "")) {
    try {
      await send(number);
    } catch (error) {
      refused.push(number);
      setText(problem, `${number}: ${failureText(error)}`);
    }
  }
  field.value = refused.join("\n");
}
