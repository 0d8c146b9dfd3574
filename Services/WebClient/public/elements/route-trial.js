// Which way a number would be called, and why the other routes would not do.
import { post } from "../core/api.js";
import { h, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { failureText } from "./failure.js";

const verdicts = {
  usable: "verdict.usable", disabled: "verdict.disabled", otherPrefix: "verdict.otherPrefix", otherCarrier: "verdict.otherCarrier",
  otherRegion: "verdict.otherRegion", otherTenant: "verdict.otherTenant", outsideItsHours: "verdict.outsideItsHours",
  noTrunk: "verdict.noTrunk", trunkFull: "verdict.trunkFull", trunkTooFast: "verdict.trunkTooFast", trunkDown: "verdict.trunkDown",
};

/** The line above the table of routes. */
export function routeTrial() {
  const number = h("input", { type: "tel", required: true, maxlength: "32", placeholder: t("numbers.number"), "aria-label": t("numbers.number"), "data-new": "number" });
  const tenant = h("input", { required: true, maxlength: "64", placeholder: t("signIn.tenant"), "aria-label": t("signIn.tenant"), "data-new": "tenant" });
  const problem = h("p", { class: "problem", role: "alert" });
  const result = h("ul", { class: "trial-list", role: "status" });
  return h("form", { class: "route-trial", onsubmit: run },
    h("div", { class: "form-row add-line" }, number, tenant, h("button", { type: "submit", "data-command": "tryRoute" }, t("routes.try"))), problem, result);

  async function run(event) {
    event.preventDefault();
    setText(problem, "");
    try {
      const { choice, refusal } = await post("/api/media/v1/routes/try", { number: number.value.trim(), tenant: tenant.value.trim() });
      result.replaceChildren(
        h("li", {}, h("strong", {}, choice.number), " ", [choice.carrier, choice.region].filter(Boolean).join(" · "), refusal && h("span", { class: "problem" }, ` ${refusal}`)),
        ...choice.considered.map((one) => h("li", { "data-verdict": one.verdict }, h("strong", {}, one.route ?? one.trunkID), one.route ? ` → ${one.trunkID}` : "", " · ", t(verdicts[one.verdict] ?? "verdict.disabled"))));
    } catch (error) {
      setText(problem, failureText(error));
    }
  }
}
