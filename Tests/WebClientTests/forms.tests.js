import { beginning, fieldsOf, plain, shapeOf } from "/core/schema.js";
import { formFields } from "/elements/form-fields.js";
import { failureText } from "/elements/failure.js";
import { noticeText } from "/elements/notice-line.js";
import { FlowCard } from "/elements/flow-card.js";
import { pairs } from "/elements/flow-trial.js";
import { firstDocument } from "/elements/flow-list.js";
import { FlowNodeForm } from "/elements/flow-node-form.js";
import { valueForm } from "/elements/edit-dialog.js";
import { loadTexts } from "/core/texts.js";
import { problemText } from "/flows/problems.js";
import { fieldLabel, kindLabel, summaryOf, wayLabel } from "/flows/labels.js";
import { readKinds } from "/flows/kinds.js";
import { placesOf } from "/flows/layout.js";
import { valueAt, withValue } from "/flows/document.js";
import { allowedScreens, managesNothing, screenOf, stepsOf } from "/manage/screens.js";
import { expect, test } from "./expect.js";
import { schema } from "./flow-schema.js";

const kinds = readKinds(schema);

test("a schema's reference is followed, and null that only says it may be left out is no type", () => {
  const components = { Rules: { type: "object", properties: { most: { type: ["integer", "null"] } } } };
  expect(plain({ anyOf: [{ $ref: "#/components/schemas/Rules" }, { type: "null" }] }, components), components.Rules);
  expect(shapeOf({ anyOf: [{ $ref: "#/components/schemas/Rules" }, { type: "null" }] }, components), "record");
  expect(shapeOf({ type: ["integer", "null"] }), "number");
  const circle = { A: { $ref: "#/components/schemas/A" } };
  expect(shapeOf({ $ref: "#/components/schemas/A" }, circle), "json");
});

test("each field of a node has its control, and what is not understood is shown as it is", () => {
  const shapes = Object.fromEntries(kinds.get("novelty").fields.map((field) => [field.name, shapeOf(field.schema)]));
  expect(shapes, { cases: "list", isLoud: "flag", oddity: "json", onSuccess: "target" });
  expect(kinds.get("calendar").fields.map((field) => shapeOf(field.schema)), ["text", "map", "target", "target"]);
  expect(beginning({ type: "object", required: ["a"], properties: { a: { type: "integer", minimum: 5 }, b: { type: "string" } } }), { a: 5 });
  expect(fieldsOf({ properties: { a: { type: "string" } }, required: ["a"] })[0].isRequired, true);
});

/** A form over a value, as the page makes it. */
function formOver(fields, value) {
  const whole = { value };
  const element = document.createElement("div");
  const form = {
    choices: (name) => (name === "queue" ? [["sales", "销售"], ["support", "支持"]] : null),
    nodes: () => ["menu", "bye"],
    get: (path) => valueAt(whole.value, path),
    edit: (path, next, { isTyped } = {}) => {
      whole.value = withValue(whole.value, path, next);
      if (!isTyped) draw();
    },
  };
  const draw = () => element.replaceChildren(...formFields(form, fields, whole.value));
  draw();
  const field = (path) => element.querySelector(`[data-field="${path}"]`);
  const type = (control, text) => {
    control.value = text;
    control.dispatchEvent(new Event(control.tagName === "SELECT" ? "change" : "input", { bubbles: true }));
  };
  return { whole, field, type };
}

test("what is typed and chosen becomes the value, and what is cleared is left out", () => {
  const { whole, field, type } = formOver(kinds.get("queue").fields, { type: "queue", queue: "sales" });
  type(field("priority").querySelector("input"), "250");
  type(field("queue").querySelector("select"), "support");
  type(field("onTimeout").querySelector("select"), "bye");
  expect(whole.value, { type: "queue", queue: "support", priority: 250, onTimeout: "bye" });
  type(field("priority").querySelector("input"), "");
  expect(Object.hasOwn(whole.value, "priority"), false);
});

test("keys are added, led to nodes and renamed", () => {
  const { whole, field, type } = formOver(kinds.get("menu").fields, { type: "menu", prompts: [], keys: { 1: "menu" } });
  field("keys").querySelector(".form-add").click();
  type(field("keys").querySelectorAll(".form-row")[1].querySelectorAll("select")[1], "bye");
  expect(whole.value.keys, { 1: "menu", 2: "bye" });
  type(field("keys").querySelectorAll(".form-row")[1].querySelector("select"), "9");
  expect(whole.value.keys, { 1: "menu", 9: "bye" });
});

test("what was typed into a list is kept when another entry is added", () => {
  const { whole, field, type } = formOver(kinds.get("queue").fields, { type: "queue", queue: "sales", skills: ["a"] });
  type(field("skills").querySelector("input"), "english:3");
  field("skills").querySelector(".form-add").click();
  type(field("skills").querySelectorAll("input")[1], "vip");
  expect(whole.value.skills, ["english:3", "vip"]);
});

test("opening hours are one line a day, and an empty line is no day", () => {
  const { whole, field, type } = formOver(kinds.get("calendar").fields, { type: "calendar", hours: { mon: ["09:00-12:00"] } });
  const [monday, sunday] = field("hours").querySelectorAll("input");
  type(monday, "09:00-12:00，13:00-18:00");
  type(sunday, "");
  expect(whole.value.hours, { mon: ["09:00-12:00", "13:00-18:00"] });
  type(monday, "");
  expect(whole.value.hours, {});
});

test("a prompt is a text, a recording or music", () => {
  const { whole, field, type } = formOver(kinds.get("menu").fields, { type: "menu", prompts: [{ say: "<b>" }], keys: {} });
  expect(field("prompts").querySelector("textarea").value, "<b>");
  type(field("prompts").querySelector("select"), "file");
  expect(whole.value.prompts, [{ file: "" }]);
  type(field("prompts").querySelector("select"), "music");
  expect(whole.value.prompts, [{ music: true }]);
});

test("a form that OpenAPI describes asks for records within records", () => {
  const components = { Rule: { type: "object", required: ["add"], properties: { add: { type: "integer" } } }, Rules: { type: "object", properties: { rules: { type: ["array", "null"], items: { $ref: "#/components/schemas/Rule" } } } } };
  const made = valueForm({ schema: { type: "object", properties: { priority: { $ref: "#/components/schemas/Rules" } } }, components, value: {} });
  made.element.querySelector('[data-field="priority"] .form-add').click();
  made.element.querySelector('[data-field="priority.rules"] .form-add').click();
  expect(made.value(), { priority: { rules: [{ add: 0 }] } });
  const group = valueForm({ schema: { type: "object", required: ["members", "name"], properties: { members: { type: "array", items: { type: "string" } }, name: { type: "string" } } }, components: {}, value: {} });
  group.element.querySelector('[data-field="members"] .form-add').click();
  expect(group.value(), { members: [], name: "" });
});

test("problems are said in Chinese where they are known, else as the service says them", async () => {
  // The texts are looked for beside the page.
  history.replaceState(null, "", "/");
  await loadTexts("zh-CN");
  expect(problemText({ message: "It cannot be reached." }), "没有任何去向通到这个节点。");
  expect(problemText({ message: "“timeoutSeconds” must be 1 to 120." }), "“等待秒数”应在 1 到 120 之间。");
  expect(problemText({ message: "Something new." }), "Something new.");
  expect([kindLabel("novelty"), fieldLabel("isLoud"), kindLabel("constructor")], ["novelty", "isLoud", "constructor"]);
  expect(wayLabel({ way: "keys.1", path: ["keys", "1"] }), "按 1");
  await loadTexts("en");
  expect(problemText({ message: "It cannot be reached." }), "It cannot be reached.");
  await loadTexts("zh-CN");
});

test("a node says in one line what it does, without markup", () => {
  expect(summaryOf({ type: "menu", prompts: [{ say: "你好" }, { file: "welcome" }] }), "“你好” ♪ welcome");
  expect(summaryOf({ type: "novelty", next: "x", topic: "<img>" }), "<img>");
  const card = new FlowCard("a");
  card.show(kinds, { node: { type: "novelty", topic: "<img>" }, isStart: true, isSelected: false, problems: [], turns: [], passed: new Set(), counts: null });
  expect([card.element.querySelector("img"), card.element.querySelectorAll(".port").length], [null, 1]);
});

test("a flow begins with what may be published, and attributes of a trial are read as pairs", () => {
  expect(Object.keys(firstDocument("夜", "zh").nodes), ["greeting", "end"]);
  expect(pairs("vip=yes， city = a=b, x"), { vip: "yes", city: "a=b" });
});

test("the form of a node follows the node but leaves what one types alone", () => {
  const document_ = { start: "menu", nodes: { menu: { type: "queue", queue: "sales", agent: "x" } } };
  const state = { document: document_, selected: "menu", problems: [{ node: "menu", message: "It cannot be reached." }] };
  const work = { kinds, books: { queue: [], list: [], flow: [], prompt: [] }, state, edit(next) { this.state = { ...this.state, document: next }; form.show(this.state); } };
  const form = new FlowNodeForm(work);
  document.body.append(form.element);
  form.show(state);
  const input = form.element.querySelector('[data-field="queue"] input');
  input.focus();
  input.value = "support";
  input.dispatchEvent(new Event("input"));
  expect([work.state.document.nodes.menu.queue, document.activeElement === input, form.element.querySelectorAll(".problem-list li").length], ["support", true, 1]);
  form.show({ ...work.state, selected: null });
  expect(form.element.querySelector("input"), null);
  form.element.remove();
});

test("who may see which screen, and where one begins who takes no calls", () => {
  const admin = { roles: ["admin"], user: { permissions: ["flow.manage", "queue.manage"] } };
  const agent = { roles: ["agent"], user: { permissions: ["recording.play"] } };
  const both = { roles: ["agent", "supervisor"], user: { permissions: ["queue.manage"] } };
  expect(allowedScreens(agent).map((screen) => screen.id), ["voicemails"]);
  expect([managesNothing(agent), managesNothing(both), managesNothing({ ...agent, user: { permissions: ["fax.view"] } })], [true, false, true]);
  expect(screenOf(agent, ""), null);
  expect(screenOf(agent, "flows"), null);
  expect([screenOf(admin, "")?.id, screenOf(admin, "desk"), screenOf(admin, "queues/sales")?.id], ["flows", null, "queues"]);
  expect([screenOf(both, ""), screenOf(both, "queues")?.id, screenOf(both, "flows")], [null, "queues", null]);
  const operator = { roles: ["operator"], tenant: "*", user: { permissions: ["flow.manage", "queue.manage"] } };
  expect(allowedScreens(operator).map((screen) => screen.id), ["prompts", "playlists", "trunks", "routes"]);
  expect(stepsOf("flows/a%2Fb"), ["flows", "a/b"]);
  expect(stepsOf("flows/%E0%A4"), ["flows", "%E0%A4"]);
});

test("a document that somebody has written by hand, and wrongly, is still shown", () => {
  const wrong = {
    menu: { type: "menu", prompts: "x", keys: "ab", retries: "many" }, nothing: null, five: 5, list: ["x"],
    calendar: { type: "calendar", hours: { mon: "09:00" }, timeZone: { a: 1 }, open: 7 }, novelty: { type: "novelty", cases: { a: 1 } },
  };
  const state = { document: { start: 3, nodes: wrong, layout: 9 }, problems: [], selected: null };
  const work = { kinds, books: { queue: [], list: [], flow: [], prompt: [] }, state, edit() {} };
  const form = new FlowNodeForm(work);
  for (const name of Object.keys(wrong)) {
    form.show({ ...state, selected: name });
    new FlowCard(name).show(kinds, { node: wrong[name], isStart: false, isSelected: false, problems: [], turns: [], passed: new Set(), counts: null });
  }
  expect(Object.keys(placesOf(kinds, state.document)).length, 6);
});

test("what a service refuses is said in Chinese by its code, with the field where the sentence names one", async () => {
  history.replaceState(null, "", "/");
  await loadTexts("zh-CN");
  const refused = (code, message) => failureText({ code, message });
  expect(refused("phoneInUse", "Telephone 1001 is in use by li."), "没有成功：话机正被另一位坐席使用。");
  expect(refused("membersInvalid", "“mostMembers” must be 2 to 32."), "没有成功：“最多人数”应是 2 到 32 的整数。");
  expect(refused("invalid", "probeSeconds is 0 to 3600."), "没有成功：“探测间隔（秒）”应是 0 到 3600 的整数。");
  expect(refused("userTaken", "There is already a user with this id."), "没有成功：该用户名已存在。");
  expect(noticeText({ kind: "refused", code: "notHeld", message: "The call is not on hold." }).includes("通话没有保持。"), true);
  expect(refused("brandNew", "Something new."), "没有成功：Something new.");
  await loadTexts("en");
  expect(refused("phoneInUse", "Telephone 1001 is in use by li.").includes("Telephone 1001 is in use by li."), true);
  await loadTexts("zh-CN");
});
