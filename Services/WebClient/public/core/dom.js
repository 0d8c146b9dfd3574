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

/** The same for pictures: `s("path", { d })`. */
export function s(name, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  setAttributes(element, attributes);
  element.append(...children);
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
  say: "M4 9v6h4l5 4V5L8 9zm11.500-.8a5 5 0 0 1 0 7.600l-1-1.200a3.500 3.500 0 0 0 0-5.200zm2.200-2.700a8.500 8.500 0 0 1 0 13l-1-1.200a7 7 0 0 0 0-10.600z",
  page: "M6 3h8l5 5v13H6zm7 1.500V9h4.500zM8.500 12v1.500h7V12zm0 3.500V17h7v-1.500z",
  mail: "M3 5h18v14H3zm2 3.200V17h14V8.200l-7 4.600zM6.200 7 12 10.700 17.800 7z",
  menu: "M5 4h3.500v3.500H5zm5.250 0h3.500v3.500h-3.500zM15.500 4H19v3.500h-3.500zM5 9.250h3.500v3.500H5zm5.250 0h3.500v3.500h-3.500zm5.250 0H19v3.500h-3.500zM10.250 14.500h3.500V18h-3.500zM5 14.500h3.500V18H5zm10.500 0H19V18h-3.500z",
  collect: "M3 7h18v10H3zm2 2v6h14V9zm1.500 4h2v1.500h-2zm3.500 0h2v1.500h-2zm3.500 0h2v1.500h-2z",
  set: "M3 4h8l10 10-7 7L3 11zm4 2.500A1.500 1.500 0 1 0 7 9.500a1.500 1.500 0 0 0 0-3z",
  condition: "M12 2.500 21.500 12 12 21.500 2.500 12zm0 3L5.500 12l6.500 6.500 6.500-6.500zM11 8.500h2v4.500h-2zm0 5.500h2v2h-2z",
  calendar: "M6 3h2v2h8V3h2v2h3v16H3V5h3zm-1 7v9h14v-9z",
  list: "M4 5h3v3H4zm5 0h11v3H9zM4 10.500h3v3H4zm5 0h11v3H9zM4 16h3v3H4zm5 0h11v3H9z",
  subFlow: "M4 4h8v6H4zm8 10h8v6h-8zM7 12h2v4h2v2H7z",
  flow: "M3 4h7v5H7.500v3H14v-1.500h7v6h-7V14H5.500V9H3z",
  undo: "M8 5v3h5a6 6 0 0 1 0 12H7v-2h6a4 4 0 0 0 0-8H8v3L3 9z",
  redo: "M16 5v3h-5a6 6 0 0 0 0 12h6v-2h-6a4 4 0 0 1 0-8h5v3l5-4z",
  warning: "M12 3 22.500 21h-21zm-1 6.500v5h2v-5zm0 6.500v2h2v-2z",
  cross: "M6.400 5 12 10.600 17.600 5 19 6.400 13.400 12l5.600 5.600-1.400 1.400L12 13.400 6.400 19 5 17.600l5.600-5.600L5 6.400z",
  search: "M10 4a6 6 0 0 1 4.700 9.700l5 5-1.400 1.400-5-5A6 6 0 1 1 10 4zm0 2a4 4 0 1 0 0 8 4 4 0 0 0 0-8z",
  person: "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM4 20v-1.500c0-3 3.600-5 8-5s8 2 8 5V20z",
  key: "M8 7a5 5 0 1 1-1 9.900A5 5 0 0 1 8 7zm0 3.500A1.500 1.500 0 1 0 8 13.500a1.500 1.500 0 0 0 0-3zM12.600 10H21v3.500h-2.500V16H15v-2.500h-2.400z",
  settings: "M4 7h9.200a3 3 0 0 1 5.600 0H20v2h-1.200a3 3 0 0 1-5.600 0H4zm0 8h1.200a3 3 0 0 1 5.600 0H20v2h-9.200a3 3 0 0 1-5.600 0H4z",
  script: "M9 6 3 12l6 6 1.500-1.500L6 12l4.500-4.500zM15 6l-1.500 1.500L18 12l-4.500 4.500L15 18l6-6z",
  headset: "M12 3a9 9 0 0 0-9 9v5a3 3 0 0 0 3 3h2v-8H5a7 7 0 0 1 14 0h-3v8h2a3 3 0 0 0 3-3v-5a9 9 0 0 0-9-9z",
};

export const hasIcon = (name) => Object.hasOwn(paths, name);

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
