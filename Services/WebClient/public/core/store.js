// The page's state, in one place: changed by inputs only, one at a time.

/** Holds the state; `reduce(state, input)` says what it becomes. */
export class Store {
  #state;
  #reduce;
  #watchers = new Set();

  constructor(reduce, state) {
    this.#reduce = reduce;
    this.#state = state;
  }

  get state() {
    return this.#state;
  }

  send(input) {
    const before = this.#state;
    this.#state = this.#reduce(before, input);
    if (this.#state === before) return;
    for (const watcher of [...this.#watchers]) {
      // One before it may have stopped this one: what it shows is not there any more.
      if (this.#watchers.has(watcher)) watcher(this.#state, before);
    }
  }

  /** Calls `watcher(state, before)` after each change, until the function that is returned is called. */
  watch(watcher) {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }
}
