// Reading JSON schemas: what a form needs to know of a field, whoever described it.

/** How the description of a node's name reads in a flow's schema. */
const targetWords = "The name of a node.";

/** A schema with its reference followed and without the null that only says that it may be left out. */
export function plain(schema, components = {}) {
  let seen = schema ?? {};
  for (let depth = 0; depth < 16; depth += 1) {
    if (seen.$ref) seen = components[seen.$ref.split("/").at(-1)] ?? {};
    else if (seen.anyOf?.length === 2 && seen.anyOf.some(isNull)) seen = seen.anyOf.find((one) => !isNull(one));
    else break;
  }
  if (!Array.isArray(seen.type)) return seen;
  const types = seen.type.filter((type) => type !== "null");
  return { ...seen, type: types.length === 1 ? types[0] : types };
}

const isNull = (schema) => schema.type === "null";

/** Whether the field is the name of a node. */
export const isTarget = (schema) => schema?.type === "string" && schema.description === targetWords;

/**
 * What kind of control a field wants: `target`, `choice`, `flag`, `number`, `text`, `prompts`, `list`, `ways` (a name to
 * a node), `map`, `record`, or `json` for whatever else there may be.
 */
export function shapeOf(schema, components = {}) {
  const field = plain(schema, components);
  if (isTarget(field)) return "target";
  if (Array.isArray(field.enum)) return "choice";
  if (field.type === "boolean") return "flag";
  if (field.type === "integer" || field.type === "number") return "number";
  if (field.type === "string") return "text";
  if (field.type === "array") return isPrompt(plain(field.items, components)) ? "prompts" : field.items ? "list" : "json";
  if (field.type !== "object") return "json";
  if (field.properties && Object.keys(field.properties).length > 0) return "record";
  if (!field.additionalProperties || field.additionalProperties === true) return "json";
  return isTarget(plain(field.additionalProperties, components)) ? "ways" : "map";
}

/** Something to be heard: a file, a text or music. */
function isPrompt({ type, properties }) {
  return type === "object" && Boolean(properties?.file && properties.say && properties.music);
}

/** The fields of an object: `[{ name, schema, isRequired }]`, in the order of the schema. */
export function fieldsOf(schema, components = {}) {
  const record = plain(schema, components);
  const required = new Set(record.required ?? []);
  return Object.entries(record.properties ?? {})
    .map(([name, field]) => ({ name, schema: plain(field, components), isRequired: required.has(name) }));
}

/** What a field that must be there begins with; undefined where only its author can say. */
export function beginning(schema, components = {}) {
  const field = plain(schema, components);
  switch (shapeOf(field, components)) {
    case "choice": return field.enum[0];
    case "flag": return false;
    case "number": return field.minimum ?? 0;
    case "text": return "";
    case "prompts": return [{ say: "" }];
    case "list": return [];
    case "ways": case "map": return {};
    case "record": return Object.fromEntries(fieldsOf(field, components).filter((one) => one.isRequired)
      .map((one) => [one.name, beginning(one.schema, components)]).filter(([, value]) => value !== undefined));
    default: return undefined;
  }
}
