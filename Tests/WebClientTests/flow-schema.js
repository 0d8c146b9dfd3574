// A flow schema in the service's manner: some of its kinds, and one that this page has never heard of.
const target = { type: "string", description: "The name of a node." };
const text = { type: "string" };
const prompts = { type: "array", items: { type: "object", properties: { file: text, say: text, language: { type: "string", enum: ["zh", "en"] }, music: { type: "boolean" } } } };
const node = (type, required, optional) => ({ type: "object", properties: { ...optional, ...required, type: { const: type } }, required: ["type", ...Object.keys(required)] });

export const schema = {
  type: "object",
  properties: {
    nodes: {
      type: "object",
      additionalProperties: {
        oneOf: [
          node("menu", { keys: { type: "object", additionalProperties: target }, prompts }, { onFailed: target, retries: { type: "integer", minimum: 0, maximum: 10 } }),
          node("queue", { queue: text }, { onTimeout: target, priority: { type: "integer", minimum: 0, maximum: 1000 }, skills: { type: "array", items: text } }),
          node("hangUp", {}, {}),
          node("condition", { then: target, else: target }, { expression: text, test: { type: "string", enum: ["equals", "exists"] } }),
          node("calendar", {
            timeZone: text, open: target, closed: target,
            hours: { type: "object", propertyNames: { type: "string", enum: ["mon", "sun"] }, additionalProperties: { type: "array", items: { type: "string", description: "09:00-17:30" } } },
          }, {}),
          node("novelty", { onSuccess: target }, {
            cases: { type: "array", items: { type: "object", properties: { when: text, next: target }, required: ["when"] } },
            isLoud: { type: "boolean" }, oddity: { oneOf: [text, { type: "number" }] },
          }),
        ],
      },
    },
  },
};
