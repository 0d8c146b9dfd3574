// A visitor's call: microphone, loudspeaker, one call to the access number of a web entry. Knows nothing of how it looks.

const longestPause = 4000;
/** For so long (ms) the server keeps a call for a page that was loaded anew; later there is nothing to come back to. */
const kept = 15_000;

const microphoneProblems = {
  NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "missing", OverconstrainedError: "missing", NotReadableError: "taken",
  AbortError: "taken",
};

/** Why there is no call: `denied`, `missing`, `taken` (the microphone), `insecure`, `busy`, `closed`, `unavailable`, `failed`. */
export class LineProblem extends Error {
  constructor(kind) {
    super(kind);
    this.kind = kind;
  }
}

const refusals = { 403: "closed", 404: "closed", 429: "busy", 503: "unavailable" };

/**
 * One call from `call()` or `resume()` to its end. `entry` is the web entry's address; `words` says what the page knows of its
 * visitor (`name`, `number`, `page`, `language`, `attributes`). `onState(view)` is told as the server tells it, beginning
 * with `{ state: "connecting" }`, and at the end `{ state: "ended", reason }`.
 */
export class VisitorLine {
  #entry;
  #words;
  #onState;
  #address = null;
  #connection = null;
  #events = null;
  #track = null;
  #loudspeaker = new Audio();
  #view = { state: "idle" };
  #isMuted = false;
  #isRestarting = false;
  #pause = 250;

  constructor(entry, words, onState) {
    this.#entry = entry;
    this.#words = words;
    this.#onState = onState;
    this.#loudspeaker.autoplay = true;
    addEventListener("pagehide", () => this.#remember());
  }

  get view() {
    return this.#view;
  }

  /** - Throws: `LineProblem` */
  async call() {
    this.#tell({ state: "connecting" });
    await this.#begin(async (sdp) => {
      const response = await this.#ask("POST", this.#entry, { ...this.#words, sdp });
      this.#address = new URL(response.headers.get("Location"), this.#entry).href;
      return response.text();
    });
    this.#follow();
  }

  /** Goes on with the call of the page that was here before, if there is one. */
  async resume() {
    const memory = this.#recall();
    if (!memory) return false;
    this.#address = memory.address;
    try {
      const view = await (await this.#ask("GET", this.#address)).json();
      if (view.state === "ended") return false;
      this.#tell(view);
      await this.#begin(async (sdp) => (await this.#ask("PATCH", this.#address, sdp)).text());
    } catch {
      // Nobody has asked for it: there is just no call.
      this.#end("lost");
      return false;
    }
    this.#follow();
    return true;
  }

  hangUp() {
    const address = this.#address;
    this.#end("hungUp");
    if (address) this.#ask("DELETE", address).catch(() => {});
  }

  set isMuted(value) {
    this.#isMuted = value;
    if (this.#track) this.#track.enabled = !value;
  }

  get isMuted() {
    return this.#isMuted;
  }

  press(key) {
    const dtmf = this.#connection?.getSenders()[0]?.dtmf;
    if (dtmf?.canInsertDTMF && this.#view.hearsKeys !== false) dtmf.insertDTMF(dtmf.toneBuffer + key, 160, 70);
    else if (this.#address) this.#ask("POST", `${this.#address}/keys`, { keys: key }).catch(() => {});
  }

  async #begin(exchange) {
    try {
      await this.#takeMicrophone();
      if (this.#view.state === "ended") throw new LineProblem("failed");
      await this.#join(exchange);
    } catch (error) {
      const kind = error.kind ?? "failed";
      this.#end(kind);
      throw error.kind ? error : new LineProblem(kind);
    }
  }

  async #takeMicrophone() {
    if (!navigator.mediaDevices || !window.RTCPeerConnection) throw new LineProblem("insecure");
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } });
      [this.#track] = stream.getAudioTracks();
      this.#track.enabled = !this.#isMuted;
    } catch (error) {
      throw new LineProblem(microphoneProblems[error?.name] ?? "failed");
    }
  }

  /** The server needs no candidates of ours: it answers where we ask from. */
  async #join(exchange) {
    const connection = new RTCPeerConnection({ bundlePolicy: "max-bundle", rtcpMuxPolicy: "require" });
    this.#connection = connection;
    connection.addTransceiver(this.#track, { direction: "sendrecv" });
    connection.ontrack = ({ track, streams }) => {
      this.#loudspeaker.srcObject = streams[0] ?? new MediaStream([track]);
      this.#loudspeaker.play().catch(() => document.addEventListener("click", () => this.#loudspeaker.play().catch(() => {}), { once: true }));
    };
    connection.onconnectionstatechange = () => {
      if (connection !== this.#connection) return;
      if (connection.connectionState === "connected") this.#pause = 250;
      if (["disconnected", "failed"].includes(connection.connectionState)) this.#restart(connection);
    };
    await connection.setLocalDescription();
    const sdp = await exchange(connection.localDescription.sdp);
    if (connection !== this.#connection) {
      // Hung up meanwhile.
      if (this.#address) this.#ask("DELETE", this.#address).catch(() => {});
      throw new LineProblem("failed");
    }
    await connection.setRemoteDescription({ type: "answer", sdp });
  }

  /** The same keys over another way, until one is found or the call is over. */
  async #restart(connection) {
    if (this.#isRestarting) return;
    this.#isRestarting = true;
    try {
      while (connection === this.#connection && ["disconnected", "failed"].includes(connection.connectionState)) {
        try {
          connection.restartIce();
          await connection.setLocalDescription();
          const response = await this.#ask("PATCH", this.#address, connection.localDescription.sdp);
          await connection.setRemoteDescription({ type: "answer", sdp: await response.text() });
        } catch (error) {
          if (error.kind === "closed") return this.#end("lost");
        }
        await new Promise((resolve) => setTimeout(resolve, this.#pause * (0.75 + Math.random() / 2)));
        this.#pause = Math.min(this.#pause * 2, longestPause);
      }
    } finally {
      this.#isRestarting = false;
    }
  }

  /** How the call stands, as the server says. It comes back by itself when it was cut. */
  #follow() {
    const events = new EventSource(`${this.#address}/events`);
    this.#events = events;
    events.addEventListener("state", ({ data }) => {
      const view = JSON.parse(data);
      if (view.state === "ended") this.#end(view.reason ?? "ended");
      else this.#tell(view);
    });
    events.onerror = () => {
      if (events !== this.#events || events.readyState !== EventSource.CLOSED) return;
      // It does not come back by itself when it was refused.
      setTimeout(() => events === this.#events && this.#look(), 1000);
    };
  }

  async #look() {
    try {
      const view = await (await this.#ask("GET", this.#address)).json();
      if (view.state === "ended") return this.#end(view.reason ?? "ended");
    } catch (error) {
      if (error.kind === "closed") return this.#end("lost");
    }
    this.#follow();
  }

  #tell(view) {
    this.#view = view;
    this.#onState(view);
  }

  #end(reason) {
    if (this.#view.state === "ended") return;
    const connection = this.#connection;
    this.#connection = null;
    connection?.close();
    this.#events?.close();
    this.#events = null;
    this.#track?.stop();
    this.#loudspeaker.srcObject = null;
    this.#address = null;
    this.#remember();
    this.#tell({ ...this.#view, state: "ended", reason });
  }

  // MARK: Over a change of page

  get #name() {
    return `carillon-call ${this.#entry}`;
  }

  #remember() {
    try {
      if (this.#address) sessionStorage.setItem(this.#name, JSON.stringify({ address: this.#address, at: Date.now() }));
      else sessionStorage.removeItem(this.#name);
    } catch {
      // A page without storage does not come back.
    }
  }

  #recall() {
    try {
      const memory = JSON.parse(sessionStorage.getItem(this.#name));
      sessionStorage.removeItem(this.#name);
      return memory && Date.now() - memory.at < kept ? memory : null;
    } catch {
      return null;
    }
  }

  // MARK: Requests

  async #ask(method, address, body) {
    const isText = typeof body === "string";
    let response;
    try {
      response = await fetch(address, {
        method, credentials: "omit", cache: "no-store", keepalive: method === "DELETE",
        headers: body === undefined ? {} : { "Content-Type": isText ? "application/sdp" : "application/json" },
        body: body === undefined ? undefined : isText ? body : JSON.stringify(body),
      });
    } catch {
      throw new LineProblem("unavailable");
    }
    if (!response.ok) throw new LineProblem(refusals[response.status] ?? "failed");
    return response;
  }
}
