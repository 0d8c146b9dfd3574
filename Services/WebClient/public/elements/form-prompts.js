// What is heard: texts that are spoken, recordings that can be listened to, music; one after the other.
import { h, icon } from "../core/dom.js";
import { plain } from "../core/schema.js";
import { t } from "../core/texts.js";
import { choiceLabel } from "../flows/labels.js";
import { promptSound } from "../flows/requests.js";
import { select } from "./form-fields.js";
import { serviceText } from "./failure.js";
import { addButton, now, removeButton } from "./form-lists.js";

const kindOf = (prompt) => (prompt?.music ? "music" : prompt?.file !== undefined ? "file" : "say");
const first = { say: { say: "" }, file: { file: "" }, music: { music: true } };

/** A list of prompts. */
export function promptsControl(form, field, value, path) {
  const prompts = Array.isArray(value) ? value : [];
  const languages = plain(plain(field.items, form.components).properties?.language, form.components).enum ?? ["zh", "en"];
  const row = (prompt, index) => h("div", { class: "form-prompt" },
    h("div", { class: "form-row" },
      select([["say", t("prompt.say")], ["file", t("prompt.file")], ["music", t("prompt.music")]], kindOf(prompt),
        (kind) => form.edit([...path, index], first[kind]), { "aria-label": t("prompt.kind"), class: "grows" }),
      kindOf(prompt) === "say" && select([["", t("form.usual")], ...languages.map((one) => [one, choiceLabel(one)])], prompt.language ?? "",
        (language) => form.edit([...path, index, "language"], language || undefined), { "aria-label": t("prompt.language") }),
      index > 0 && h("button", { type: "button", class: "quiet icon-only", "aria-label": t("prompt.up"), title: t("prompt.up"), onclick: () => form.edit(path, swapped(now(form, path, []), index)) }, "↑"),
      removeButton(() => form.edit(path, now(form, path, []).filter((_, other) => other !== index)))),
    content(form, prompt, [...path, index]));
  return h("div", { class: "form-list" }, prompts.map(row), addButton(() => form.edit(path, [...now(form, path, []), { say: "" }]), t("prompt.add")));
}

function content(form, prompt, path) {
  if (kindOf(prompt) === "music") return null;
  if (kindOf(prompt) === "say") {
    const control = h("textarea", { rows: 2, "aria-label": t("prompt.say"), oninput: () => form.edit([...path, "say"], control.value, { isTyped: true }) });
    control.value = prompt.say ?? "";
    return control;
  }
  const prompts = form.choices?.("file") ?? [];
  return h("div", { class: "form-row" },
    prompts.length > 0
      ? select([["", t("form.choose")], ...prompts], prompt.file ?? "", (name) => form.edit([...path, "file"], name), { class: "grows", "aria-label": t("prompt.file") })
      : h("input", { value: prompt.file ?? "", "aria-label": t("prompt.file"), class: "grows", oninput: (event) => form.edit([...path, "file"], event.target.value, { isTyped: true }) }),
    playButton(() => prompt.file));
}

function swapped(items, index) {
  const next = [...items];
  [next[index - 1], next[index]] = [next[index], next[index - 1]];
  return next;
}

let playing = null;

/** Plays a prompt, or stops it; one at a time on the page. `nameOf()` says which. */
export function playButton(nameOf) {
  const problem = h("small", { class: "problem", role: "alert" });
  const button = h("button", { type: "button", class: "small icon-only", "aria-label": t("prompt.play"), title: t("prompt.play"), onclick: press }, icon("play"));
  return h("span", { class: "form-play" }, button, problem);

  async function press() {
    const mine = playing?.button === button;
    playing?.stop();
    if (mine || !nameOf()) return;
    problem.textContent = "";
    try {
      await start(URL.createObjectURL(await promptSound(nameOf())));
    } catch (error) {
      problem.textContent = error.status === 404 ? t("prompt.missing") : serviceText(error);
    }
  }

  async function start(address) {
    const audio = new Audio(address);
    const stop = () => {
      audio.pause();
      URL.revokeObjectURL(address);
      button.replaceChildren(icon("play"));
      if (playing?.button === button) playing = null;
    };
    playing = { button, stop };
    audio.addEventListener("ended", stop);
    button.replaceChildren(icon("stop"));
    await audio.play();
  }
}
