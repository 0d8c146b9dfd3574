// What the screens for those who manage ask of the suite.
import { getJSON, send } from "../core/api.js";
import { store } from "../desk/store.js";
import { loadAll } from "../flows/requests.js";
import { isPlatform } from "./screens.js";

const described = new Map();

/** The schemas of a service, from its OpenAPI document: read once. - Throws: `RequestError`. */
export function schemasOf(service) {
  if (!described.has(service)) {
    const reading = getJSON(`/api/${service}/openapi.json`).then((document) => document.components?.schemas ?? {});
    described.set(service, reading);
    reading.catch(() => described.delete(service));
  }
  return described.get(service);
}

export async function sendJSON(method, path, body) {
  const text = await (await send(method, path, body === undefined ? {} : { body })).text();
  return text === "" ? null : JSON.parse(text);
}

/** `[[value, words]]` of everything that a setting may name; empty where one may not ask. */
export async function loadChoices() {
  // The platform has no people and no queues of its own.
  if (isPlatform(store.state.session)) return { users: [], queues: [] };
  const pairs = async (path, id, name) => (await loadAll(path).catch(() => [])).map((one) => [one[id], one[name] && one[name] !== one[id] ? `${one[name]} · ${one[id]}` : one[id]]);
  const [users, queues, flows] = await Promise.all([
    pairs("/api/crm/v1/users", "user", "name"), pairs("/api/acd/v1/queues", "id", "name"), pairs("/api/cti/v1/flows", "flowID", "name"),
  ]);
  return { users, queues, afterTalkFlow: flows };
}

/** `[[number, words]]` of the tenant's own; empty where one may not ask. */
export const loadAccessNumbers = async () => (await loadAll("/api/crm/v1/access-numbers").catch(() => [])).map(({ number }) => [number, number]);

/** The names of people and queues, by their ids; none where one may not ask. */
export async function loadNames() {
  const named = async (path, id) => new Map((await loadAll(path).catch(() => [])).map((one) => [one[id], one.name || one[id]]));
  const [users, queues] = await Promise.all([named("/api/crm/v1/users", "user"), named("/api/acd/v1/queues", "id")]);
  return { users, queues };
}

/** Which of them a field may name. */
export function choicesFor(choices, field) {
  if (["agentOrder", "supervisors", "members", "experts"].includes(field)) return choices.users;
  return choices[field] ?? (field === "queue" ? choices.queues : null);
}
