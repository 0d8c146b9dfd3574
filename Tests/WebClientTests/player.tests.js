import { RecordingPlayer } from "/elements/recording-player.js";
import { expect, test } from "./expect.js";

/** Two seconds of silence as WAV. */
function silence() {
  const bytes = new Uint8Array(44 + 16000);
  const view = new DataView(bytes.buffer);
  const text = (at, word) => [...word].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
  text(0, "RIFF"); text(8, "WAVEfmt "); text(36, "data");
  view.setUint32(4, 36 + 16000, true);
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); view.setUint16(22, 1, true);
  view.setUint32(24, 8000, true); view.setUint32(28, 8000, true);
  view.setUint16(32, 1, true); view.setUint16(34, 8, true);
  view.setUint32(40, 16000, true);
  bytes.fill(128, 44);
  return URL.createObjectURL(new Blob([bytes], { type: "audio/wav" }));
}

test("a recording is sought, jumped in and played faster, within its length", async () => {
  const player = new RecordingPlayer(silence(), { durationMicroseconds: 2_000_000, left: [0, 255], right: [128, 0] });
  document.body.append(player);
  await new Promise((done) => player.audio.addEventListener("loadedmetadata", done, { once: true }));
  player.seek(1);
  expect(player.audio.currentTime, 1);
  player.querySelector(".player-forward").click();
  expect(player.audio.currentTime, player.audio.duration);
  player.querySelector(".player-back").click();
  expect(player.audio.currentTime, 0);
  player.querySelector(".player-speed").click();
  expect([player.audio.playbackRate, player.querySelector(".player-speed").textContent], [1.5, "1.5×"]);
  player.remove();
});
