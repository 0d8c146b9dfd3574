// Server-sent events out of a byte stream (WHATWG HTML, section 9.2), so that a bearer token can go with the request.

const longestLine = 1024 * 1024;

/** Fed with text, returns the events that are whole: `{ id, name, data }`. */
export class EventStreamParser {
  #rest = "";
  #data = [];
  #name = "";
  #id = "";

  push(text) {
    const events = [];
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop();
    if (this.#rest.length > longestLine) throw new Error("An event's line is longer than 1 MiB.");
    for (const line of lines) {
      const event = this.#line(line);
      if (event) events.push(event);
    }
    return events;
  }

  #line(line) {
    if (line === "") return this.#dispatch();
    const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line);
    if (field === "data") this.#data.push(value);
    else if (field === "event") this.#name = value;
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    return null;
  }

  #dispatch() {
    const event = { id: this.#id, name: this.#name || "message", data: this.#data.join("\n") };
    const isWhole = this.#data.length > 0;
    this.#data = [];
    this.#name = "";
    return isWhole ? event : null;
  }
}
