// A button that becomes a player: the sound is fetched on the first play only, for each play is checked and recorded by the
// server.
import { h, icon, setText } from "../core/dom.js";
import { t } from "../core/texts.js";
import { fetchPicture, fetchRecording } from "../desk/commands.js";
import { failureText } from "./failure.js";
import { RecordingPlayer } from "./recording-player.js";

/** `heard()` is called when it has begun to sound. */
export function recordingButton(id, { heard, attributes = {} } = {}) {
  const problem = h("span", { class: "problem", role: "alert" });
  const button = h("button", { type: "button", class: "small", onclick: load, ...attributes }, icon("play"), t("contacts.play"));
  return h("div", { class: "player" }, button, problem);

  async function load() {
    button.disabled = true;
    setText(problem, "");
    try {
      const [sound, picture] = await Promise.all([fetchRecording(id), fetchPicture(id)]);
      const playing = new RecordingPlayer(URL.createObjectURL(sound), picture);
      button.replaceWith(playing);
      playing.focus();
      await playing.play().then(() => heard?.(), () => {});
    } catch (error) {
      setText(problem, error.status === 404 || error.code === "recording_open" ? t("contacts.notYet") : failureText(error));
      button.disabled = false;
    }
  }
}
