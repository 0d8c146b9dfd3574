// Records that are looked at before they are dialled (预先拨号), and customers whose records are dialled (记录拨号): requests,
// and what to do when. What is shown is in desk/state.js.
import { getJSON, post, send } from "../core/api.js";
import { store } from "./store.js";

const base = "/api/dialer/v1";
const mine = `${base}/previews/me`;

/** Whether the agent looks at a record now, as the feed has it. */
export const isLooking = (agent) => agent?.status === "paused" && agent.pauseReason === "preview";

/** After this change of the agent there may be another record, or none. */
export function changesRecord(agent, { preview }) {
  return isLooking(agent) || preview.record !== null;
}

/** Which campaigns there are to choose from, the chosen one, and the record that is looked at. */
export async function loadPreview({ withCampaigns = false } = {}) {
  const [campaigns, view] = await Promise.all([
    withCampaigns ? getJSON(`${base}/preview-campaigns`).catch(() => null) : null,
    getJSON(mine).catch(() => null),
  ]);
  if (!store.state.session) return;
  if (campaigns) store.send({ type: "previewCampaigns", items: campaigns });
  if (view) store.send({ type: "previewView", view });
}

/** None if it is empty. - Throws: `RequestError` */
export async function chooseCampaign(campaignID) {
  if (campaignID) await send("PUT", mine, { body: { campaignID } });
  else await send("DELETE", mine);
  await loadPreview();
}

const one = (record, verb, body) => post(`${base}/previews/${encodeURIComponent(record.preview.id)}/${verb}`, body);

/** - Throws: `RequestError`, as those below. */
export const dialRecord = (record) => one(record, "dial").then(() => loadPreview());
export const skipRecord = (record, reason, isDone) => one(record, "skip", { reason, isDone }).then(() => loadPreview());

/** - at: milliseconds since 1970. */
export const appointRecord = (record, at, isMine, reason) =>
  one(record, "appoint", { at: Math.round(at) * 1000, isMine, ...(reason ? { reason } : {}) }).then(() => loadPreview());

/** Customers by number, or by the beginning of the name. */
export async function findCustomers(words) {
  const isNumber = /^\+?[\d\s()-]{3,}$/.test(words);
  const query = new URLSearchParams({ limit: "8", [isNumber ? "number" : "name"]: words });
  return (await getJSON(`/api/crm/v1/customers?${query}`)).items ?? [];
}
