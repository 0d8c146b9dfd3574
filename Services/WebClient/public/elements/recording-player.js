// A recording: its picture, play and pause, jumps by ten seconds, any place by a click, and faster.
import { clockText } from "../core/clock.js";
import { h, icon, setText } from "../core/dom.js";
import { t } from "../core/texts.js";

const rates = [1, 1.5, 2, 0.75];
const jump = 10;

/**
 * Plays `source`, an object URL. `picture` is what `/v1/recordings/{id}/peaks` answers, or null if it has none.
 * The audio element is in the page, so that a screen reader and a keyboard find it.
 */
export class RecordingPlayer extends HTMLElement {
  #rate = 0;

  constructor(source, picture) {
    super();
    this.audio = h("audio", { src: source, preload: "auto" });
    this.audio.addEventListener("timeupdate", () => this.#follow());
    this.audio.addEventListener("durationchange", () => this.#follow());
    for (const name of ["play", "pause", "ended"]) this.audio.addEventListener(name, () => this.#follow());
    this.picture = picture;
  }

  connectedCallback() {
    this.canvas = h("canvas", { width: 240, height: 32, "aria-hidden": "true" });
    this.place = h("input", {
      type: "range", min: 0, max: 1000, value: 0, "aria-label": t("player.place"),
      oninput: () => this.seek((Number(this.place.value) / 1000) * this.#length()),
    });
    this.toggle = button("player-toggle", t("player.play"), icon("play"), () => this.#toggle());
    this.time = h("span", { class: "player-time", role: "timer", "aria-live": "off" });
    this.speed = button("player-speed", t("player.speed"), "1×", () => this.#faster());
    this.replaceChildren(
      this.audio, this.toggle,
      button("player-back", t("player.back"), "−10", () => this.seek(this.audio.currentTime - jump)),
      h("div", { class: "player-line" }, this.canvas, this.place),
      button("player-forward", t("player.forward"), "+10", () => this.seek(this.audio.currentTime + jump)),
      this.speed, this.time);
    this.#follow();
  }

  /** Nothing plays on in a page that does not show it. */
  disconnectedCallback() { this.audio.pause(); }

  focus() { this.toggle.focus(); }

  play() { return this.audio.play(); }

  seek(seconds) { this.audio.currentTime = Math.min(Math.max(seconds, 0), this.#length()); }

  #toggle() {
    if (this.audio.paused) this.audio.play().catch(() => {});
    else this.audio.pause();
  }

  #faster() {
    this.#rate = (this.#rate + 1) % rates.length;
    this.audio.playbackRate = rates[this.#rate];
    setText(this.speed, `${rates[this.#rate]}×`);
  }

  #length() {
    const known = (this.picture?.durationMicroseconds ?? 0) / 1_000_000;
    return Number.isFinite(this.audio.duration) ? this.audio.duration : known;
  }

  #follow() {
    if (!this.place) return;
    const length = this.#length();
    const share = length > 0 ? this.audio.currentTime / length : 0;
    if (document.activeElement !== this.place || !this.audio.paused) this.place.value = Math.round(share * 1000);
    setText(this.time, `${clockText(this.audio.currentTime * 1000)} / ${clockText(length * 1000)}`);
    this.place.setAttribute("aria-valuetext", this.time.textContent);
    const name = this.audio.paused ? "play" : "pause";
    if (this.toggle.dataset.shows !== name) {
      this.toggle.dataset.shows = name;
      this.toggle.title = this.audio.paused ? t("player.play") : t("player.pause");
      this.toggle.setAttribute("aria-label", this.toggle.title);
      this.toggle.replaceChildren(icon(name === "play" ? "play" : "hold"));
    }
    draw(this.canvas, this.picture, share);
  }
}

/** Customer above the line, agent below; what was played is darker. */
function draw(canvas, picture, share) {
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, canvas.width, canvas.height);
  if (!picture || picture.left.length === 0) return;
  const style = getComputedStyle(canvas);
  const middle = canvas.height / 2;
  for (let x = 0; x < canvas.width; x += 2) {
    const [left, right] = [picture.left, picture.right].map((peaks) => loudest(peaks, x / canvas.width, (x + 2) / canvas.width));
    context.globalAlpha = x / canvas.width <= share ? 1 : 0.35;
    context.fillStyle = style.color;
    context.fillRect(x, middle - left * middle, 1.5, left * middle);
    context.fillRect(x, middle, 1.5, right * middle);
  }
}

/** The loudest of a part of the peaks, 0 to 1. */
function loudest(peaks, from, to) {
  const part = peaks.slice(Math.floor(from * peaks.length), Math.max(Math.ceil(to * peaks.length), Math.floor(from * peaks.length) + 1));
  return Math.max(0, ...part) / 255;
}

function button(name, title, content, action) {
  return h("button", { type: "button", class: `small ${name}`, title, "aria-label": title, onclick: action }, content);
}

customElements.define("recording-player", RecordingPlayer);
