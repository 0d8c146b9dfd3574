// The published versions of a flow: compared with what is drawn, gone back to, or taken up again.
import { h, setText } from "../core/dom.js";
import { currentLanguage, t } from "../core/texts.js";
import { loadVersion, loadVersions } from "../flows/requests.js";
import { ask } from "./dialog.js";
import { failureText } from "./failure.js";
import { differenceView } from "./flow-difference.js";

/** The panel of versions; read when it is opened, and after each publication. */
export class FlowVersions {
  #work;
  #read = null;

  constructor(work) {
    this.#work = work;
    this.problem = h("p", { class: "problem", role: "alert" });
    this.list = h("ol", { class: "versions" });
    this.element = h("div", { class: "form" }, this.problem, this.list);
  }

  show(state, isOpen) {
    const wanted = state.published?.version ?? 0;
    if (!isOpen || this.#read === wanted) return;
    this.#read = wanted;
    this.load();
  }

  async load() {
    const { flowID, published } = this.#work.state;
    setText(this.problem, "");
    try {
      const versions = published ? await loadVersions(flowID) : [];
      this.list.replaceChildren(...(versions.length === 0 ? [h("li", { class: "muted" }, t("versions.none"))] : versions.map((one) => this.#row(one))));
    } catch (error) {
      setText(this.problem, failureText(error));
    }
  }

  #row(one) {
    return h("li", { "data-version": one.version, class: one.isCurrent ? "is-current" : "" },
      h("div", {}, h("strong", {}, t("versions.number", { version: one.version })), one.isCurrent && h("span", { class: "badge start" }, t("versions.current")),
        one.restores && h("span", { class: "muted" }, t("versions.restores", { version: one.restores }))),
      h("div", { class: "muted" }, `${instantText(one.publishedAt)} · ${one.publishedBy}`),
      h("div", { class: "form-row" },
        h("button", { type: "button", class: "small", onclick: () => this.#compare(one) }, t("versions.compare")),
        !one.isCurrent && h("button", { type: "button", class: "small", "data-command": "rollBack", onclick: () => this.#goBack(one) }, t("versions.goBack")),
        h("button", { type: "button", class: "small", onclick: () => this.#takeUp(one) }, t("versions.takeUp"))));
  }

  async #with(version, act) {
    try {
      await act((await loadVersion(this.#work.state.flowID, version)).flow);
    } catch (error) {
      setText(this.problem, failureText(error));
    }
  }

  #compare({ version }) {
    return this.#with(version, (flow) => ask({
      title: t("versions.compareTitle", { version }), body: differenceView(flow, this.#work.state.document), isWide: true,
    }));
  }

  #goBack({ version }) {
    return this.#with(version, (flow) => ask({
      title: t("versions.goBackTitle", { version }), submit: t("versions.goBack"), isWide: true,
      body: [h("p", {}, t("versions.goBackBody")), differenceView(this.#work.state.published.flow, flow)],
      act: () => this.#work.rollBack(version),
    }));
  }

  /** What was published then is drawn, as a step that can be undone. */
  #takeUp({ version }) {
    return this.#with(version, (flow) => this.#work.edit({ ...flow, ...(this.#work.state.document.layout ? { layout: this.#work.state.document.layout } : {}) }));
  }
}

/** Microseconds since 1970, as one reads it. */
export function instantText(microseconds) {
  const date = new Date(microseconds / 1000);
  const year = date.getFullYear() === new Date().getFullYear() ? {} : { year: "numeric" };
  return new Intl.DateTimeFormat(currentLanguage(), {
    ...year, month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  }).format(date);
}
