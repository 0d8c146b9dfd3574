// A call without a telephone: what the caller does is typed, and the way he went is shown.
import { clockText } from "../core/clock.js";
import { h, icon, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { scriptOf, trialFlow } from "../flows/editor.js";
import { exitLabel, kindLabel, promptText } from "../flows/labels.js";
import { failureText } from "./failure.js";
import { formLine } from "./screen-parts.js";

const ends = { hungUp: "trial.hungUp", agent: "trial.agent", transferred: "trial.transferred", tooLong: "trial.tooLong" };
const queueResults = { answered: "trial.queueAnswered", timeout: "trial.queueTimeout", noAgents: "trial.queueNoAgents", refused: "trial.queueRefused" };
const transferResults = { answered: "trial.transferAnswered", failed: "trial.transferFailed" };

/** The panel of trials. */
export class FlowTrial {
  #work;
  #shown = undefined;

  constructor(work) {
    this.#work = work;
    this.keys = h("input", { "data-trial": "keys", placeholder: "1, 2, 13800000001#", spellcheck: "false" });
    this.speech = h("input", { "data-trial": "speech", placeholder: "投诉, sales", spellcheck: "false" });
    this.caller = h("input", { type: "tel", "data-trial": "caller", value: "13800000001" });
    this.called = h("input", { type: "tel", "data-trial": "called" });
    this.at = h("input", { type: "datetime-local", "data-trial": "at" });
    this.attributes = h("input", { "data-trial": "attributes", placeholder: "vip=yes, city=北京", spellcheck: "false" });
    this.queues = options(queueResults, "queues");
    this.transfers = options(transferResults, "transfers");
    this.more = h("textarea", { rows: 2, class: "code", "data-trial": "more", placeholder: '{"recordings": [12]}', spellcheck: "false" });
    this.button = h("button", { type: "submit", class: "primary", "data-command": "simulate" }, icon("play"), t("trial.run"));
    this.clear = h("button", { type: "button", class: "quiet", onclick: () => work.store.send({ type: "trial", result: null }) }, t("trial.clear"));
    this.problem = h("p", { class: "problem", role: "alert" });
    this.result = h("div", { class: "trial-result", role: "status" });
    this.element = h("form", { class: "form", onsubmit: (event) => this.#run(event) },
      h("p", { class: "hint" }, t("trial.hint")),
      formLine(t("trial.keys"), this.keys, t("trial.keysHint")),
      formLine(t("trial.speech"), this.speech, t("trial.speechHint")),
      h("div", { class: "form-pair" }, formLine(t("trial.caller"), this.caller), formLine(t("trial.called"), this.called)),
      formLine(t("trial.at"), this.at),
      formLine(t("trial.attributes"), this.attributes),
      h("div", { class: "form-pair" }, formLine(t("trial.queues"), this.queues), formLine(t("trial.transfers"), this.transfers)),
      h("details", {}, h("summary", { class: "hint" }, t("trial.more")), this.more),
      h("div", { class: "form-row" }, this.button, this.clear), this.problem, this.result);
  }

  async #run(event) {
    event.preventDefault();
    setText(this.problem, "");
    this.button.disabled = true;
    try {
      const more = this.more.value.trim() === "" ? {} : JSON.parse(this.more.value);
      await this.#work.simulate({ ...scriptOf({
        keys: this.keys.value, caller: this.caller.value.trim(), called: this.called.value.trim(),
        at: this.at.value ? new Date(this.at.value).getTime() : null, attributes: pairs(this.attributes.value),
        queues: this.queues.value === "answered" ? [] : Array(20).fill(this.queues.value),
        transfers: this.transfers.value === "answered" ? [] : Array(20).fill(this.transfers.value),
      }), ...spoken(this.speech.value), ...more });
    } catch (error) {
      setText(this.problem, error instanceof SyntaxError ? t("form.notJSON", { message: error.message }) : failureText(error));
    }
    this.button.disabled = false;
  }

  show({ trial }) {
    this.clear.hidden = !trial;
    if (trial === this.#shown) return;
    this.#shown = trial;
    this.result.replaceChildren(...(trial ? this.#steps(trial) : []));
  }

  #steps(trial) {
    const began = trial.steps[0]?.at ?? 0;
    return [
      h("p", { class: "trial-end", "data-end": trial.end }, t(ends[trial.end] ?? "trial.tooLong", { queue: trial.queue ?? "", number: trial.number ?? "" })),
      h("ol", { class: "trial-steps" }, trial.steps.map((step) => this.#step(step, began))),
      Object.keys(trial.attributes ?? {}).length > 0 && h("details", {}, h("summary", {}, t("trial.known")),
        h("dl", {}, Object.entries(trial.attributes).flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]))),
    ].filter(Boolean);
  }

  #step(step, began) {
    const isHere = step.flow === trialFlow;
    return h("li", { "data-step": step.node },
      h("button", { type: "button", class: "quiet", disabled: !isHere, onclick: () => this.#work.store.send({ type: "selected", name: step.node }) },
        h("span", { class: "trial-time" }, clockText((step.at - began) / 1000)),
        h("strong", {}, isHere ? step.node : `${step.flow} › ${step.node}`), h("span", { class: "muted" }, kindLabel(step.type))),
      (step.said ?? []).map((said) => h("div", { class: "trial-said" }, promptText(said))),
      step.keys && h("div", { class: "trial-keys" }, t("trial.pressed", { keys: step.keys })),
      (step.spoken ?? []).map((text) => h("div", { class: "trial-keys" }, t("trial.spoke", { text }))),
      step.exit && h("div", { class: "trial-exit" }, "→ ", exitLabel(step.exit)));
  }
}


const options = (table, name) => h("select", { "data-trial": name }, Object.entries(table).map(([value, key]) => h("option", { value }, t(key))));

/** `vip=yes, city=Beijing` */
export function pairs(text) {
  return Object.fromEntries(text.split(/[,，;；\n]/).map((one) => one.split("=")).filter(([name, value]) => name?.trim() && value !== undefined)
    .map(([name, ...value]) => [name.trim(), value.join("=").trim()]));
}

/** What is said each time that somebody is listened to. */
function spoken(text) {
  const speech = text.split(/[,，;；]/).map((one) => one.trim());
  return text.trim() === "" ? {} : { speech };
}
