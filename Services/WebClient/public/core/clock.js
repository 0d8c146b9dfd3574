// The server's time. Every timer on the page counts from the server's instants with it.

/**
 * Keeps the bounds that the offset between the server's clock and ours must lie in: each answer narrows them, a clock
 * that was set makes them start anew.
 */
export class ServerClock {
  #low = -Infinity;
  #high = Infinity;

  /** The server's clock read `instant` (ms), give or take up to `precision` later, at a moment between two of ours. */
  observe(instant, precision, sentAt, receivedAt) {
    const low = instant - receivedAt;
    const high = instant + precision - sentAt;
    const overlaps = low <= this.#high && high >= this.#low;
    this.#low = overlaps ? Math.max(low, this.#low) : low;
    this.#high = overlaps ? Math.min(high, this.#high) : high;
  }

  /** The server has seen `instant` (ms) already. */
  atLeast(instant, receivedAt) {
    const low = instant - receivedAt;
    if (low > this.#high) this.#high = low;
    this.#low = Math.max(low, this.#low);
  }

  get offset() {
    if (this.#low === -Infinity && this.#high === Infinity) return 0;
    if (this.#low === -Infinity) return this.#high;
    if (this.#high === Infinity) return this.#low;
    return (this.#low + this.#high) / 2;
  }

  /** Milliseconds since 1970, as the server would say. */
  now(local = Date.now()) {
    return local + this.offset;
  }
}

export const serverClock = new ServerClock();

/** Milliseconds of a contract's instant (µs since 1970). Null stays null. */
export function milliseconds(timestamp) {
  return Number.isFinite(timestamp) ? timestamp / 1000 : null;
}

/** `1:05`, `12:00`, `1:00:00`. Never negative. */
export function clockText(duration) {
  const seconds = Math.max(0, Math.floor(duration / 1000));
  const two = (value) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
