// Requests to the suite's HTTP APIs, through the front door.
import { serverClock } from "./clock.js";

/** Why a request was refused or could not be made. `status` is 0 when no answer came. */
export class RequestError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

let tokens = null;
let whenUnauthorized = () => {};

/**
 * What every later request is signed with, an object with `access()` and `renew(spent)` (`core/tokens.js`); null after
 * sign-out.
 */
export function useTokens(value) {
  tokens = value;
}

/** Called when the session is over: no new token can be had. */
export function onUnauthorized(action) {
  whenUnauthorized = action;
}

const timeLimit = 10_000;

/** `body` is sent as JSON, or as it is if its `type` is given. A response that is ok, or a `RequestError`. A token that has expired is renewed on the way, and the request made again. */
export async function send(method, path, { body, type, headers = {}, signal } = {}) {
  const used = tokens;
  const request = {
    method,
    cache: "no-store",
    headers: {
      ...(body === undefined ? {} : { "Content-Type": type ?? "application/json" }),
      // The same for both tries, so that an act is done once.
      ...(method === "POST" ? { "Idempotency-Key": crypto.randomUUID?.() ?? randomKey() } : {}),
      ...headers,
    },
    body: body === undefined || type ? body : JSON.stringify(body),
  };
  try {
    let token = await used?.access();
    let response = await exchange(path, request, token, signal);
    if (response.status === 401 && used && used === tokens) {
      token = await used.renew(token);
      response = await exchange(path, request, token, signal);
    }
    if (response.ok) return response;
    throw await refusal(response);
  } catch (error) {
    if (error instanceof RequestError && error.status === 401 && used && used === tokens) whenUnauthorized();
    throw error;
  }
}

async function exchange(path, request, token, signal) {
  const sentAt = Date.now();
  const headers = { ...request.headers, ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  let response;
  try {
    response = await fetch(path, { ...request, headers, signal: signal ?? AbortSignal.timeout(timeLimit) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new RequestError(0, "network", String(error?.message ?? error));
  }
  observeDate(response, sentAt);
  return response;
}

export async function getJSON(path) {
  return (await send("GET", path)).json();
}

/** The answer's JSON, or null if it has no body. */
export async function post(path, body) {
  const response = await send("POST", path, { body: body ?? {} });
  const text = await response.text();
  return text === "" ? null : JSON.parse(text);
}

/** Like `post`, signed with nothing: the body itself says who asks. */
export async function postOpen(path, body) {
  const request = { method: "POST", cache: "no-store", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const response = await exchange(path, request, null);
  if (!response.ok) throw await refusal(response);
  const text = await response.text();
  return text === "" ? null : JSON.parse(text);
}

async function refusal(response) {
  const problem = await response.json().catch(() => ({}));
  const message = problem.detail ?? problem.title ?? `${response.status} ${response.statusText}`;
  return new RequestError(response.status, problem.code ?? "unknown", message);
}

function observeDate(response, sentAt) {
  const instant = Date.parse(response.headers.get("Date") ?? "");
  if (Number.isFinite(instant)) serverClock.observe(instant, 1000, sentAt, Date.now());
}

/** `crypto.randomUUID` is there on https and localhost only. */
function randomKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
