// Making elements without markup in strings, so that nothing a caller says can become markup.

/**
 * An element: `h("button", { class: "primary", onclick: answer }, "Answer")`.
 * `on…` adds a listener; true sets an empty attribute; false, null and undefined leave it out.
 */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  setAttributes(element, attributes);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function setAttributes(element, attributes) {
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  }
}

/** Writes text only when it differs, so that screen readers and selections are left alone. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const paths = {
  bell: "M12 3a1.3 1.3 0 0 1 1.3 1.4c2.5.6 3.8 2.7 3.8 5.6 0 3.3.8 4.5 1.9 5.7H5c1.1-1.2 1.9-2.4 1.9-5.7 0-2.9 1.3-5 3.8-5.6A1.3 1.3 0 0 1 12 3zM9.7 17.3h4.6a2.3 2.3 0 0 1-4.6 0z",
  answer: "M6.6 3.5 9 3l2.2 4.7-2 1.9a12 12 0 0 0 5.2 5.2l1.9-2 4.7 2.2-.5 2.4a2.5 2.5 0 0 1-2.7 2A16 16 0 0 1 4.6 6.2a2.5 2.5 0 0 1 2-2.7z",
  hangUp: "M12 9.2c3.7 0 7 1.1 9.2 3.1a2 2 0 0 1 .4 2.3l-.9 1.7-4.5-1.2-.1-2.5a13 13 0 0 0-8.2 0l-.1 2.5-4.5 1.2-.9-1.7a2 2 0 0 1 .4-2.3C5 10.3 8.3 9.2 12 9.2z",
  record: "M12 6a6 6 0 1 0 0 12 6 6 0 0 0 0-12z",
  stop: "M7 7h10v10H7z",
  hold: "M7 5h3.5v14H7zM13.5 5H17v14h-3.5z",
  retrieve: "M7 4.5 19 12 7 19.5z",
  play: "M8 5.5 18.5 12 8 18.5z",
  inbound: "M18.5 4 20 5.5 9.6 16H16v2H6V8h2v6.4z",
  outbound: "M5.5 20 4 18.5 14.4 8H8V6h10v10h-2V9.6z",
  caret: "M6.5 9.5h11L12 15.5z",
  star: "m12 3.5 2.6 5.4 5.9.8-4.3 4.1 1 5.9L12 16.9l-5.2 2.8 1-5.9L3.5 9.7l5.9-.8z",
  microphone: "M12 3a3 3 0 0 1 3 3v6a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM6 11h1.6a4.4 4.4 0 0 0 8.8 0H18a6 6 0 0 1-5.2 5.9V20h-1.6v-3.1A6 6 0 0 1 6 11z",
  mute: "M4.6 3.4 20.6 19.4l-1.2 1.2-4-4a6 6 0 0 1-2.6.9V20h-1.6v-2.5A6 6 0 0 1 6 11.6h1.6a4.4 4.4 0 0 0 6.6 3.8l-1.3-1.3A3 3 0 0 1 9 12V10.2L3.4 4.6zM12 3a3 3 0 0 1 3 3v5.4L9.3 5.7A3 3 0 0 1 12 3zM16.4 11H18a6 6 0 0 1-.6 2.6l-1.2-1.2c.1-.4.2-.9.2-1.4z",
  done: "m9.5 17.5-5-5 1.5-1.5 3.5 3.5 8.5-8.5 1.5 1.5z",
  ask: "M4 4h16v11H9l-5 5zM11 7v2h2V7zm0 3.5V13h2v-2.5z",
  swap: "M7 4 2.5 8.5 7 13v-3h11V7H7zM17 11v3H6v3h11v3l4.5-4.5z",
  join: "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zm8 0a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 19v-2c0-2.5 3-4 6-4s6 1.5 6 4v2zm13.500 0v-2c0-1.300-.6-2.500-1.500-3.400.6-.4 1.300-.6 2-.6 3 0 6 1.500 6 4v2z",
  back: "M10 5 3 12l7 7v-4.500h11v-5H10z",
  park: "M6 3h7a5.500 5.500 0 0 1 0 11H10v7H6zm4 3.500v4h3a2 2 0 0 0 0-4z",
  more: "M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z",
  headset: "M12 3a9 9 0 0 0-9 9v5a3 3 0 0 0 3 3h2v-8H5a7 7 0 0 1 14 0h-3v8h2a3 3 0 0 0 3-3v-5a9 9 0 0 0-9-9z",
};

/** A small picture beside a text; hidden from screen readers, which get the text. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", paths[name]);
  svg.append(path);
  return svg;
}
