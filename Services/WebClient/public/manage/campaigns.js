// What the screen of campaigns reckons. Pure.

/** A number has blanks in it, a name may have commas. */
const behindNumber = /[,，;；\t]/;

/**
 * The numbers of a list that was typed or pasted, a line each: the number, and behind it the customer's name, if there is
 * one. Heads and blank lines of spreadsheets are left out; `lines` says in which line each of the `rows` stands, from 1.
 */
export function numberRows(text) {
  const lines = [...text.split("\n").entries()].filter(([, line]) => /\d/.test(line));
  return { lines: lines.map(([index]) => index + 1), rows: lines.map(([, line]) => rowOf(line.trim())) };
}

function rowOf(line) {
  const end = line.search(behindNumber);
  const [number, name] = (end < 0 ? [line, ""] : [line.slice(0, end), line.slice(end + 1)]).map((part) => part.replaceAll('"', "").trim());
  return name === "" ? { number } : { number, attributes: { name } };
}

/** Numbers of a campaign by how far they have come: `{ open, dialling, previewed, done, all }`. */
export function progressOf({ open, dialling, previewed, done }) {
  const looked = previewed ?? 0;
  return { open, dialling, previewed: looked, done, all: open + dialling + looked + done };
}
