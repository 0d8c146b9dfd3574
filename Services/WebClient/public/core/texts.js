// The words on the page, from texts/<language>.json.

const languages = ["zh-CN", "en"];
const place = "carillon.language";
let texts = {};
/** Of what services refuse, by its code; they say it in English themselves. */
let refusals = {};
let language = languages[0];

/** The language chosen last on this machine; Chinese until somebody chooses. */
export function preferredLanguage() {
  const chosen = localStorage.getItem(place);
  return languages.includes(chosen) ? chosen : languages[0];
}

export async function loadTexts(name) {
  [texts, refusals] = await Promise.all([load(name), name === "en" ? {} : load(`refusals.${name}`)]);
  language = name;
  document.documentElement.lang = name;
}

async function load(name) {
  const response = await fetch(`texts/${name}.json`);
  if (!response.ok) throw new Error(`texts/${name}.json: ${response.status}`);
  return response.json();
}

/** What a service has refused, in the page's language, by its code; null where there are no words for it. */
export function refusal(code) {
  return Object.hasOwn(refusals, code) ? refusals[code] : null;
}

export async function switchLanguage() {
  const next = languages[(languages.indexOf(language) + 1) % languages.length];
  await loadTexts(next);
  localStorage.setItem(place, next);
}

export function currentLanguage() {
  return language;
}

/** The text of a key, with `{name}` replaced by what is given. A missing key shows as itself; deploy/check refuses it. */
export function t(key, values = {}) {
  const text = texts[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
