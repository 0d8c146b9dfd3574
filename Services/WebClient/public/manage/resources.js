// Things with an id that are kept as a whole: where they are, and what their table shows.

import { choiceLabel } from "../flows/labels.js";
import { embedCode } from "./embed.js";

const joined = (items) => (items ?? []).join(", ");

/**
 * `path` lists them and, with an id behind, keeps and removes one; `service` and `schema` describe one; `columns` are
 * `[title key, value(item)]`.
 */
export const resources = {
  playlists: {
    title: "screen.playlists", hint: "playlists.hint", path: "/api/media/v1/playlists", service: "media", schema: "PlaylistItems", idOf: (item) => item.name, without: ["name"],
    columns: [["field.name", (item) => item.name], ["field.prompts", (item) => joined(item.prompts)]],
  },
  groups: {
    title: "screen.groups", hint: "groups.hint", path: "/api/cti/v1/monitor-groups", service: "cti", schema: "DeskRoutes_Group", idOf: (item) => item.id,
    columns: [["setting.id", (item) => item.id], ["field.name", (item) => item.name], ["setting.supervisors", (item) => joined(item.supervisors)], ["setting.members", (item) => joined(item.members)]],
  },
  conferences: {
    title: "screen.conferences", hint: "conferences.hint", path: "/api/cti/v1/conferences", service: "cti", schema: "ConferenceSettings", without: ["number"], idOf: (item) => item.number,
    columns: [
      ["field.number", (item) => item.number], ["field.name", (item) => item.name], ["setting.pin", (item) => item.pin ?? "–"],
      ["setting.moderatorPIN", (item) => item.moderatorPIN ?? "–"], ["setting.mostMembers", (item) => item.mostMembers ?? "–"],
    ],
  },
  webEntries: {
    title: "screen.webEntries", hint: "webEntries.hint", path: "/api/media/v1/web-entries", service: "media", schema: "WebEntrySettings", without: ["id"], idOf: (item) => item.id, isReachedByNumber: true,
    columns: [
      ["setting.id", (item) => item.id], ["field.name", (item) => item.name], ["field.number", (item) => item.number], ["setting.origins", (item) => joined(item.origins)],
      ["setting.maxCalls", (item) => item.maxCalls], ["setting.isEnabled", (item) => item.isEnabled],
    ],
    /** Lines for a web site's pages. */
    code: (item, tenant, door) => embedCode({ door, tenant, entry: item.id, attributes: item.attributes }),
  },
  roles: {
    title: "screen.roles", hint: "roles.hint", path: "/api/crm/v1/roles", service: "crm", schema: "RoleChange", idOf: (item) => item.role, without: ["role", "isBuiltIn"],
    columns: [["setting.id", (item) => item.role], ["field.name", (item) => item.title], ["setting.permissions", (item) => joined(item.permissions.map(choiceLabel))], ["roles.builtIn", (item) => item.isBuiltIn]],
  },
  trunks: {
    title: "screen.trunks", hint: "trunks.hint", path: "/api/media/v1/trunks", service: "media", schema: "TrunkSettings", without: ["id"], idOf: (item) => item.id,
    columns: [
      ["setting.id", (item) => item.id], ["setting.host", (item) => item.host ?? joined((item.addresses ?? []).map((one) => one.host))],
      ["setting.transport", (item) => item.transport ?? "udp"], ["setting.maxCalls", (item) => item.maxCalls ?? "–"],
      ["setting.isInbound", (item) => item.isInbound !== false], ["setting.isOutbound", (item) => item.isOutbound !== false],
      ["trunks.state", (_, state) => state],
    ],
    /** How each trunk stands, as the media-server that answers sees it. */
    states: "/api/media/v1/trunk-states",
  },
  routes: {
    tries: true, title: "screen.routes", hint: "routes.hint", path: "/api/media/v1/routes", service: "media", schema: "RouteSettings", idOf: (item) => item.id,
    columns: [
      ["setting.id", (item) => item.id], ["setting.trunkID", (item) => item.trunkID], ["setting.prefixes", (item) => joined(item.prefixes)],
      ["setting.tenants", (item) => joined(item.tenants)], ["setting.priority", (item) => item.priority], ["setting.cost", (item) => item.cost], ["setting.isEnabled", (item) => item.isEnabled],
    ],
  },
};
