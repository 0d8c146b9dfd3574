// The agent's event feed: stays connected, and goes on where it was cut.
import { RequestError, send } from "./api.js";
import { EventStreamParser } from "./eventstream.js";

const firstPause = 250;
const longestPause = 4000;
/** The server sends at least a comment every 15 s; silence for longer means that the line is dead. */
const longestSilence = 40_000;

/** Follows one event stream until `stop()`. */
export class Feed {
  #path;
  #onEvent;
  #onState;
  #lastID = "";
  #stopped = false;
  #abort = null;
  #wake = null;
  #pause = firstPause;
  #longestSilence;

  /** `onEvent({ id, name, data })` with data decoded; `onState("connecting" | "open" | "lost")`. */
  constructor(path, onEvent, onState, silence = longestSilence) {
    this.#longestSilence = silence;
    this.#path = path;
    this.#onEvent = onEvent;
    this.#onState = onState;
  }

  async run() {
    this.#onState("connecting");
    while (!this.#stopped) {
      try {
        await this.#connect();
      } catch (error) {
        if (error instanceof RequestError && error.status === 401) return;
      }
      if (this.#stopped) return;
      this.#onState("lost");
      await this.#sleep();
    }
  }

  stop() {
    this.#stopped = true;
    this.#abort?.abort();
    this.#wake?.();
  }

  /** Tries at once: the network came back. */
  retryNow() {
    this.#pause = firstPause;
    this.#wake?.();
  }

  async #connect() {
    this.#abort = new AbortController();
    const headers = { Accept: "text/event-stream", ...(this.#lastID ? { "Last-Event-ID": this.#lastID } : {}) };
    try {
      const response = await this.#watched(send("GET", this.#path, { headers, signal: this.#abort.signal }));
      const parser = new EventStreamParser();
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      this.#pause = firstPause;
      this.#onState("open");
      for (;;) {
        const { value, done } = await this.#watched(reader.read());
        if (done) return;
        for (const event of parser.push(value)) this.#deliver(event);
      }
    } finally {
      // However it ended: a connection that nobody reads any more is not left open.
      this.#abort.abort();
    }
  }

  /** Gives a line up on which nothing comes, neither an answer nor the next bytes. */
  async #watched(promise) {
    const timer = setTimeout(() => this.#abort.abort(), this.#longestSilence);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  #deliver(event) {
    if (event.name === "reset") return this.#beginAnew();
    if (event.id) this.#lastID = event.id;
    let data;
    try {
      data = JSON.parse(event.data);
    } catch {
      return;
    }
    this.#onEvent({ id: event.id, name: event.name, data });
  }

  /** More was missed than the server keeps: a fresh connection begins with a snapshot. */
  #beginAnew() {
    this.#lastID = "";
    this.#abort.abort();
  }

  #sleep() {
    const pause = this.#pause * (0.75 + Math.random() / 2);
    this.#pause = Math.min(this.#pause * 2, longestPause);
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, pause);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
