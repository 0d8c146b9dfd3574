// What a call sounds like that rings at this browser: two tones, every three seconds.
import { callPhase, isBrowserPhone } from "./state.js";
import { store } from "./store.js";

const tones = [[880, 0], [660, 0.22]];

export function watchRinging() {
  let context = null;
  let timer = null;
  store.watch((state) => {
    const rings = callPhase(state) === "offered" && isBrowserPhone(state.agent?.phoneID);
    if (rings === (timer !== null)) return;
    clearInterval(timer);
    timer = null;
    if (!rings) return context?.suspend();
    context ??= new AudioContext();
    context.resume();
    ring(context);
    timer = setInterval(() => ring(context), 3000);
  });
}

function ring(context) {
  for (const [frequency, offset] of tones) {
    const tone = new OscillatorNode(context, { frequency });
    const volume = new GainNode(context, { gain: 0 });
    const from = context.currentTime + offset;
    volume.gain.setValueAtTime(0.15, from);
    volume.gain.exponentialRampToValueAtTime(0.001, from + 0.4);
    tone.connect(volume).connect(context.destination);
    tone.start(from);
    tone.stop(from + 0.4);
  }
}
