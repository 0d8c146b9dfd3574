// Access tokens live for minutes; this has a fresh one at hand as long as the session lasts.

/** A token that expires within this (ms) is renewed before it is used. */
const margin = 30_000;

/** The tokens of one session: `{ accessToken, refreshToken, expiresAt }`, with `expiresAt` in ms of this machine's clock. */
export class Tokens {
  #session;
  #exchange;
  #changed;
  #now;
  #renewing = null;

  /**
   * `exchange(refreshToken)` answers `{ accessToken, refreshToken, expiresIn }`; `changed(session)` is told of each renewal
   * before anybody uses it, because the refresh token of before is spent.
   */
  constructor(session, exchange, changed, now = Date.now) {
    this.#session = session;
    this.#exchange = exchange;
    this.#changed = changed;
    this.#now = now;
  }

  get refreshToken() {
    return this.#session.refreshToken;
  }

  /** A token that is good for a while. Without the server, the one we have: it may be good, and the request says the rest. */
  async access() {
    const { accessToken, expiresAt } = this.#session;
    if (expiresAt - margin > this.#now()) return accessToken;
    try {
      return await this.renew(accessToken);
    } catch (error) {
      if (error?.status === 401) throw error;
      return accessToken;
    }
  }

  /** The token after `spent`; however many ask at once, the server is asked once. - Throws: what `exchange` throws. */
  renew(spent) {
    if (spent !== this.#session.accessToken) return Promise.resolve(this.#session.accessToken);
    this.#renewing ??= this.#renew().finally(() => (this.#renewing = null));
    return this.#renewing;
  }

  async #renew() {
    const { accessToken, refreshToken, expiresIn } = await this.#exchange(this.#session.refreshToken);
    this.#session = { ...this.#session, accessToken, refreshToken, expiresAt: this.#now() + expiresIn * 1000 };
    this.#changed(this.#session);
    return accessToken;
  }
}
