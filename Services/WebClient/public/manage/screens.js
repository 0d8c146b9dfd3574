// The screens for supervisors, administrators and operators: their addresses, and who may open which. Pure.

/** `permission` is a permission of the session, `admin` or `operator` for that role, or null for everybody. In the order of the navigation. */
export const screens = [
  { id: "flows", permission: "flow.manage", icon: "flow", title: "screen.flows" },
  { id: "floor", permission: "call.supervise", icon: "person", title: "screen.floor" },
  { id: "queues", permission: "queue.manage", icon: "headset", title: "screen.queues" },
  { id: "campaigns", permission: "campaign.manage", icon: "outbound", title: "screen.campaigns" },
  { id: "doNotCall", permission: "campaign.manage", icon: "cross", title: "screen.doNotCall" },
  { id: "skills", permission: "queue.manage", icon: "star", title: "screen.skills" },
  { id: "media", permission: "queue.manage", icon: "swap", title: "screen.media" },
  { id: "lists", permission: "flow.manage", icon: "list", title: "screen.lists" },
  { id: "conferences", permission: "flow.manage", icon: "ask", title: "screen.conferences" },
  { id: "webEntries", permission: "admin", icon: "inbound", title: "screen.webEntries" },
  { id: "prompts", permission: "flow.manage", icon: "say", title: "screen.prompts", isPlatform: true },
  { id: "playlists", permission: "flow.manage", icon: "retrieve", title: "screen.playlists", isPlatform: true },
  { id: "voicemails", permission: null, icon: "microphone", title: "screen.voicemails" },
  { id: "faxes", permission: "fax.view", icon: "page", title: "screen.faxes" },
  { id: "groups", permission: "admin", icon: "join", title: "screen.groups" },
  { id: "settings", permission: "admin", icon: "settings", title: "screen.settings" },
  { id: "users", permission: "user.manage", icon: "join", title: "screen.users" },
  { id: "roles", permission: "role.manage", icon: "key", title: "screen.roles" },
  { id: "trunks", permission: "operator", icon: "outbound", title: "screen.trunks", isPlatform: true },
  { id: "routes", permission: "operator", icon: "swap", title: "screen.routes", isPlatform: true },
];

/** An operator signs in to no tenant, but to the platform. */
export const isPlatform = (session) => session?.tenant === "*";

/** Whoever has a permission sees its screens; the server decides what he may do there. On the platform, only what is its own. */
export function mayOpen(session, { permission, isPlatform: isOfPlatform }) {
  const roles = session?.roles ?? [];
  if (isPlatform(session) && !isOfPlatform) return false;
  if (permission === "admin" || permission === "operator") return roles.includes(permission);
  return permission === null || (session?.user?.permissions ?? []).includes(permission);
}

/** What everybody has: his messages. Who has no more does not manage anything. */
const ofEverybody = new Set(["voicemails", "faxes"]);

export const managesNothing = (session) => allowedScreens(session).every(({ id }) => ofEverybody.has(id));

export const allowedScreens = (session) => screens.filter((screen) => mayOpen(session, screen));

/** `flows/welcome` → `["flows", "welcome"]` */
export const stepsOf = (place) => place.split("/").filter((step) => step !== "").map(decoded);

function decoded(step) {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

/**
 * Which screen is shown: the one that the address names, else the first for those who take no calls. Null: the agent's
 * desk, which has the address `desk`.
 */
export function screenOf(session, place) {
  const [wanted] = stepsOf(place ?? "");
  const allowed = allowedScreens(session);
  const named = allowed.find((screen) => screen.id === wanted);
  if (named || wanted === "desk") return named ?? null;
  return (session?.roles ?? []).includes("agent") ? null : allowed[0] ?? null;
}

export const addressOf = (...steps) => `#/${steps.map(encodeURIComponent).join("/")}`;
