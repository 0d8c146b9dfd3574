// Who is signed in, kept over a reload in this tab only.

const place = "carillon.session";
const entryPlace = "carillon.entry";

/** The session of before the reload, or null if there is none. Whether it still holds, the server says. */
export function storedSession() {
  try {
    const session = JSON.parse(sessionStorage.getItem(place) ?? "null");
    return session?.accessToken && session.refreshToken ? session : null;
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
