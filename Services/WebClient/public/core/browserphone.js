// The browser as a telephone: microphone, loudspeaker, and one line to the media server that stays up for a whole shift.

const place = "/api/media/v1/browser-phones";
const firstPause = 250;
const longestPause = 4000;
/** A line that is not up after this (ms) will not be: something between here and there lets no sound through. */
const longestWait = 15_000;

/**
 * Why there is no telephone, as `kind`: `insecure` (the page is not on https), `denied`, `missing`, `busy` (the microphone),
 * `otherTab`, `taken` (another browser of the same agent), `unreachable`, `failed`.
 */
export class PhoneProblem extends Error {
  constructor(kind) {
    super(kind);
    this.kind = kind;
  }
}

const microphoneProblems = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};

/** One line from `start()` to `stop()`. It comes back by itself after a change of network or of the server. */
export class BrowserPhone {
  #exchange;
  #onState;
  #loudspeaker = new Audio();
  #track = null;
  #connection = null;
  #address = null;
  #isStopped = false;
  #isMuted = false;
  #isLive = false;
  #isFollowing = false;
  #pause = firstPause;
  #timer = null;
  #whenUp = null;

  /**
   * `exchange(method, path, sdp)` sends a description and answers the `Response`, or throws what has a `code`;
   * `onState("connecting" | "connected" | "reconnecting" | "ended", problem)`.
   */
  constructor(exchange, onState) {
    this.#exchange = exchange;
    this.#onState = onState;
    this.#loudspeaker.autoplay = true;
  }

  /** Asks for the microphone and joins; resolves with the phone's name once it is connected. - Throws: `PhoneProblem`, or what `exchange` throws. */
  async start() {
    this.#onState("connecting", null);
    await this.#takeMicrophone();
    this.#insistOnGoingOn();
    await this.#join();
    this.#insistOnGoingOn();
    await new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new PhoneProblem("unreachable")), longestWait);
      this.#whenUp = () => {
        clearTimeout(limit);
        resolve();
      };
      if (this.#connection?.connectionState === "connected") this.#whenUp();
    });
    return decodeURIComponent(this.#address.split("/").at(-1));
  }

  /** Ends the line here. With `leave` the server is told; else it keeps the line for who comes back. */
  async stop({ leave = false } = {}) {
    const address = this.#address;
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#drop();
    this.#track?.stop();
    this.#loudspeaker.srcObject = null;
    if (leave && address) await this.#exchange("DELETE", address).catch(() => {});
  }

  /** Somebody has stopped it while it was still beginning. */
  #insistOnGoingOn() {
    if (!this.#isStopped) return;
    this.#drop();
    this.#track?.stop();
    throw new PhoneProblem("failed");
  }

  set isMuted(value) {
    this.#isMuted = value;
    this.#followMicrophone();
  }

  /** Whether there is a call: without one the microphone is not listened to, and nothing is sent. */
  set isLive(value) {
    if (this.#isLive === value) return;
    this.#isLive = value;
    this.#followMicrophone();
    this.#followSending();
  }

  /** Presses a key, by RFC 4733; one after the other, however fast they are pressed. */
  press(key) {
    const dtmf = this.#connection?.getSenders()[0]?.dtmf;
    if (this.#isLive && dtmf?.canInsertDTMF) dtmf.insertDTMF(dtmf.toneBuffer + key, 160, 70);
  }

  #followMicrophone() {
    if (this.#track) this.#track.enabled = this.#isLive && !this.#isMuted;
  }

  /** Until it is as it shall be: a sender takes one change at a time, and it may have been wanted otherwise meanwhile. */
  async #followSending() {
    if (this.#isFollowing) return;
    this.#isFollowing = true;
    const connection = this.#connection;
    try {
      for (;;) {
        const sender = this.#connection?.getSenders()[0];
        const parameters = sender?.getParameters();
        const [encoding] = parameters?.encodings ?? [];
        if (!encoding || encoding.active === this.#isLive) return;
        encoding.active = this.#isLive;
        await sender.setParameters(parameters);
      }
    } catch {
      // It may have been closed under way; one that still stands is tried again.
      if (connection === this.#connection && !this.#isStopped) setTimeout(() => this.#followSending(), 100);
    } finally {
      this.#isFollowing = false;
    }
  }

  async #takeMicrophone() {
    if (!navigator.mediaDevices || !window.RTCPeerConnection) throw new PhoneProblem("insecure");
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      });
    } catch (error) {
      throw new PhoneProblem(microphoneProblems[error?.name] ?? "failed");
    }
    [this.#track] = stream.getAudioTracks();
    this.#followMicrophone();
    this.#track.onended = () => this.#renewMicrophone();
  }

  /** The microphone was unplugged, or forbidden: another one goes on in its place. */
  async #renewMicrophone() {
    if (this.#isStopped) return;
    try {
      await this.#takeMicrophone();
      await this.#connection?.getSenders()[0]?.replaceTrack(this.#track);
    } catch (error) {
      this.#end(error.kind ?? "failed");
    }
  }

  /** One exchange of descriptions. The server needs no candidates of ours: it answers where we ask from. */
  async #join() {
    this.#drop();
    const connection = new RTCPeerConnection({ bundlePolicy: "max-bundle", rtcpMuxPolicy: "require" });
    this.#connection = connection;
    connection.addTransceiver(this.#track, { direction: "sendrecv", sendEncodings: [{ active: this.#isLive }] });
    connection.ontrack = ({ track, streams }) => this.#hear(streams[0] ?? new MediaStream([track]));
    connection.onconnectionstatechange = () => this.#changed(connection);
    await connection.setLocalDescription();
    const response = await this.#exchange("POST", place, connection.localDescription.sdp);
    const answer = { type: "answer", sdp: await response.text() };
    if (connection !== this.#connection) return;
    this.#address = new URL(response.headers.get("Location"), new URL(place, location.href)).pathname;
    await connection.setRemoteDescription(answer);
  }

  #hear(stream) {
    this.#loudspeaker.srcObject = stream;
    // Without a touch of the page some browsers play only once there was one.
    this.#loudspeaker.play().catch(() => document.addEventListener("click", () => this.#loudspeaker.play().catch(() => {}), { once: true }));
  }

  #changed(connection) {
    if (connection !== this.#connection || this.#isStopped) return;
    switch (connection.connectionState) {
      case "connected":
        this.#pause = firstPause;
        this.#followSending();
        this.#onState("connected", null);
        this.#whenUp?.();
        break;
      case "disconnected":
        this.#onState("reconnecting", null);
        this.#restart(connection);
        break;
      case "failed":
        this.#onState("reconnecting", null);
        this.#joinSoon();
        break;
    }
  }

  /** The same keys over another way: sound is back as soon as one is found. */
  async #restart(connection) {
    try {
      connection.restartIce();
      await connection.setLocalDescription();
      const response = await this.#exchange("PATCH", this.#address, connection.localDescription.sdp);
      await connection.setRemoteDescription({ type: "answer", sdp: await response.text() });
    } catch (error) {
      if (connection !== this.#connection || this.#isStopped) return;
      // Another browser of the same agent has the line now; two would take it from each other for ever.
      if (error?.code === "connection_changed") return this.#end("taken");
      this.#joinSoon();
    }
  }

  /** Joins anew, now or, after it failed, a little later each time. */
  #joinSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      try {
        await this.#join();
      } catch (error) {
        if (this.#isStopped || error?.status === 401) return;
        this.#joinSoon();
      }
    }, this.#pause * (0.75 + Math.random() / 2));
    this.#pause = Math.min(this.#pause * 2, longestPause);
  }

  #end(problem) {
    this.stop();
    this.#onState("ended", problem);
  }

  #drop() {
    if (!this.#connection) return;
    this.#connection.onconnectionstatechange = null;
    this.#connection.close();
    this.#connection = null;
  }
}
