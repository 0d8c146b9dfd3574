// Why something did not work, in words for whoever tried it.
import { t } from "../core/texts.js";

const codes = {
  network: "failure.network", forbidden: "failure.forbidden", notFound: "failure.notFound", draftChanged: "failure.draftChanged",
  notSaved: "failure.notSaved", callersWait: "failure.callersWait", numberInvalid: "failure.number", nameInvalid: "failure.name",
  flowInvalid: "flows.repairFirst", not_wav: "failure.sound", name_taken: "failure.nameTaken",
};

/** Of a `RequestError`; what has no words of its own here is said in the service's. */
export function failureText(error) {
  const code = String(error?.code ?? "");
  if (Object.hasOwn(codes, code)) return t(codes[code]) + (code === "not_wav" ? ` ${error.message}` : "");
  return t("failure.refused", { message: String(error?.message ?? error) });
}
