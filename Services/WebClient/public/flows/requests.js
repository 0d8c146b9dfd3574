// What the flow editor asks of the suite.
import { RequestError, getJSON, post, send } from "../core/api.js";

const cti = "/api/cti/v1";
const part = encodeURIComponent;

/** All items of a list that comes in pages; at most `most` of them. */
export async function loadAll(path, most = 2000) {
  const items = [];
  let cursor = null;
  do {
    const page = await getJSON(`${path}${path.includes("?") ? "&" : "?"}limit=200${cursor ? `&cursor=${part(cursor)}` : ""}`);
    items.push(...(Array.isArray(page) ? page : page.items ?? []));
    cursor = page.nextCursor ?? null;
  } while (cursor && items.length < most);
  return items;
}

/** Every flow with its version, its draft, and the numbers that lead to it; a draft that was never published as well. */
export async function loadFlows() {
  const [flows, drafts, numbers] = await Promise.all([loadAll(`${cti}/flows`), loadAll(`${cti}/flow-drafts`), loadNumbers()]);
  const all = new Map(flows.map((flow) => [flow.flowID, { ...flow, draft: null, numbers: [] }]));
  for (const draft of drafts) {
    all.set(draft.flowID, { ...(all.get(draft.flowID) ?? { flowID: draft.flowID, name: null, version: 0, numbers: [] }), draft });
  }
  for (const { number, flow } of numbers) all.get(flow)?.numbers.push(number);
  return [...all.values()].sort((left, right) => left.flowID.localeCompare(right.flowID));
}

export const loadNumbers = () => loadAll(`${cti}/access-numbers`);
export const bindNumber = (number, flow) => putJSON(`${cti}/access-numbers/${part(number)}`, { flow });

export async function putJSON(path, body) {
  return (await send("PUT", path, { body })).json();
}

/** The answer, or null where there is nothing. */
async function orNothing(request) {
  try {
    return await request;
  } catch (error) {
    if (error instanceof RequestError && error.status === 404) return null;
    throw error;
  }
}

export async function openFlow(flowID) {
  const [draft, published] = await Promise.all([
    orNothing(getJSON(`${cti}/flows/${part(flowID)}/draft`)), orNothing(getJSON(`${cti}/flows/${part(flowID)}`)),
  ]);
  if (!draft && !published) throw new RequestError(404, "notFound", flowID);
  return { draft, published };
}

export const loadVersion = (flowID, version) => getJSON(`${cti}/flows/${part(flowID)}?version=${version}`);
export const loadVersions = (flowID) => loadAll(`${cti}/flows/${part(flowID)}/versions`, 200);
export const loadCounts = (flowID) => getJSON(`${cti}/flows/${part(flowID)}/counters`);
export const saveDraft = (flowID, document, revision) =>
  putJSON(`${cti}/flows/${part(flowID)}/draft${revision === null ? "" : `?revision=${revision}`}`, document);
export const discardDraft = (flowID) => send("DELETE", `${cti}/flows/${part(flowID)}/draft`);
export const publishDraft = (flowID, revision) => post(`${cti}/flows/${part(flowID)}/publish?revision=${revision}`);
export const rollBack = (flowID, version) => post(`${cti}/flows/${part(flowID)}/roll-back`, { version });
export const validate = (document) => post(`${cti}/flows/validate`, document);
export const simulate = (flow, script) => post(`${cti}/flows/simulate`, { flow, script });

/** What nodes may refer to. What cannot be asked for is typed instead. */
export async function loadBooks() {
  const names = async (path, id, name) => (await loadAll(path).catch(() => [])).map((item) => [item[id], item[name] ?? item[id]]);
  const [schema, queue, list, flow, prompts, playlists] = await Promise.all([
    getJSON(`${cti}/flow-schema`), names("/api/acd/v1/queues", "id", "name"), names(`${cti}/number-lists`, "id", "name"),
    names(`${cti}/flows`, "flowID", "name"), names("/api/media/v1/prompts", "name", "name"), names("/api/media/v1/playlists", "name", "name"),
  ]);
  return { schema, queue, list, flow, prompt: [...prompts, ...playlists] };
}

/** A prompt as something an audio element can play. */
export async function promptSound(name) {
  return (await send("GET", `/api/media/v1/prompts/${part(name)}/sound`, { signal: AbortSignal.timeout(30_000) })).blob();
}
