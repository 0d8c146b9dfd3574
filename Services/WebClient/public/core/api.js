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

let token = null;
let whenUnauthorized = () => {};

/** What every later request is signed with; null after sign-out. */
export function useToken(value) {
  token = value;
}

/** Called when the server does not accept the token any more. */
export function onUnauthorized(action) {
  whenUnauthorized = action;
}

const timeLimit = 10_000;

/** A response that is ok, or a `RequestError`. */
export async function send(method, path, { body, headers = {}, signal } = {}) {
  const sentAt = Date.now();
  const withToken = token;
  let response;
  try {
    response = await fetch(path, {
      method,
      cache: "no-store",
      headers: {
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(withToken ? { Authorization: `Bearer ${withToken}` } : {}),
        ...(method === "POST" ? { "Idempotency-Key": crypto.randomUUID?.() ?? randomKey() } : {}),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: signal ?? AbortSignal.timeout(timeLimit),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new RequestError(0, "network", String(error?.message ?? error));
  }
  observeDate(response, sentAt);
  if (response.ok) return response;
  if (response.status === 401 && withToken && withToken === token) whenUnauthorized();
  throw await refusal(response);
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
