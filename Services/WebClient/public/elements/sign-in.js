// The first page: tenant, user and password.
import { h, setText } from "../core/dom.js";
import { rememberedEntry } from "../core/session.js";
import { t } from "../core/texts.js";
import { noticeOf, signIn } from "../desk/commands.js";
import { store } from "../desk/store.js";
import { entryCard, field } from "./entry.js";
import { noticeText } from "./notice-line.js";
import { Part } from "./part.js";

/** The sign-in form. */
class SignIn extends Part {
  build() {
    const known = rememberedEntry();
    const isKnown = Boolean(known.tenant && known.user);
    const tenant = field(t("signIn.tenant"), {
      name: "tenant", required: true, autocomplete: "organization", value: known.tenant ?? "",
      "data-first-focus": !isKnown,
    });
    const user = field(t("signIn.user"), {
      name: "user", required: true, autocomplete: "username", value: known.user ?? "",
    });
    const password = field(t("signIn.password"), {
      name: "password", type: "password", required: true, autocomplete: "current-password", "data-first-focus": isKnown,
    });
    this.button = h("button", { type: "submit", class: "primary wide" }, t("signIn.submit"));
    this.problem = h("p", { class: "problem", role: "alert" });
    const form = h("form", { onsubmit: (event) => this.submit(event) },
      tenant.label, user.label, password.label, this.problem, this.button);
    this.inputs = { tenant: tenant.input, user: user.input, password: password.input };
    return entryCard(t("signIn.title"), form);
  }

  update(state) {
    if (state.notice) setText(this.problem, noticeText(state.notice));
  }

  async submit(event) {
    event.preventDefault();
    const { tenant, user, password } = this.inputs;
    this.button.disabled = true;
    setText(this.problem, "");
    try {
      await signIn(tenant.value.trim(), user.value.trim(), password.value);
    } catch (error) {
      const isWrong = error.status === 401;
      setText(this.problem, isWrong ? t("signIn.wrong") : noticeText(noticeOf(error)));
      this.button.disabled = false;
      if (isWrong) password.select();
    }
  }
}

customElements.define("sign-in", SignIn);
