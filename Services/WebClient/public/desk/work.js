// Work beside calls: what is offered to the agent and in his hands is read from acd, and told to it.
import { getJSON, post } from "../core/api.js";
import { command, isAtTenant } from "./commands.js";
import { store } from "./store.js";

let isWorkAsked = false;
let isWorkStale = false;

/** Read when the feed says that something changed: what is true, acd says. */
export async function loadWork() {
  if (!isAtTenant() || !(store.state.session.roles ?? []).includes("agent")) return;
  isWorkStale = isWorkAsked;
  if (isWorkAsked) return;
  isWorkAsked = true;
  try {
    const page = await getJSON("/api/acd/v1/my-work");
    if (store.state.session) store.send({ type: "work", items: page.items ?? [] });
  } catch {
    // Looked at again with the next event, and every so often.
  } finally {
    isWorkAsked = false;
    if (isWorkStale) loadWork();
  }
}

const workCommand = (id, verb, body) =>
  post(`/api/acd/v1/work/${encodeURIComponent(id)}/${verb}`, body).finally(loadWork);
export const acceptWork = (id) => unlessPending("acceptWork", () => workCommand(id, "accept"));
export const refuseWork = (id) => unlessPending("refuseWork", () => workCommand(id, "refuse"));
/** - Throws: `RequestError`, for the window that asks what became of it. */
export const finishWork = (id, disposition, note) =>
  workCommand(id, "done", { ...(disposition ? { disposition } : {}), ...(note ? { note } : {}) });
export const giveWorkBack = (id, queue) => workCommand(id, "give-back", queue ? { queue } : {});

function unlessPending(name, request) {
  return store.state.pending ? Promise.resolve(false) : command(name, request);
}

setInterval(() => document.visibilityState === "visible" && loadWork(), 20_000);
