// Who is signed in, kept over a reload in this tab only.

const place = "carillon.session";
const entryPlace = "carillon.entry";

/** The session of before the reload, or null if there is none or it has run out. */
export function storedSession(now = Date.now()) {
  try {
    const session = JSON.parse(sessionStorage.getItem(place) ?? "null");
    return session?.accessToken && session.expiresAt > now ? session : null;
  } catch {
    return null;
  }
}

export function storeSession(session) {
  if (session) sessionStorage.setItem(place, JSON.stringify(session));
  else sessionStorage.removeItem(place);
}

/** What was typed last on this machine: tenant, user, phone. Never the password. */
export function rememberedEntry() {
  try {
    return JSON.parse(localStorage.getItem(entryPlace) ?? "{}") ?? {};
  } catch {
    return {};
  }
}

export function rememberEntry(values) {
  localStorage.setItem(entryPlace, JSON.stringify({ ...rememberedEntry(), ...values }));
}
