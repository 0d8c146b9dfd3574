import { store } from "/desk/store.js";
import "/elements/preview-panel.js";
import { expect, test } from "./expect.js";

const agent = (status, revision, more = {}) =>
  ({ agentID: "li", status, since: 1_000_000, phoneID: "1001", callID: null, until: null, revision, ...more });
const fed = (name, data) => ({ type: "feedEvent", event: { id: "", name, data }, now: 0 });

const campaign = { id: "spring", name: "Spring", queueID: "sales" };
const record = {
  preview: { id: "p1", campaignID: "spring", number: "13900000001", agentID: "li", takenAt: 1, expiresAt: 2 },
  campaignName: "Spring", attributes: { product: "<b>tea</b>" }, attempts: 1, maxAttempts: 3, whenOver: "giveBack",
  earlier: [{ id: "a1", startedAt: 1_000_000, result: "busy", disposition: null, note: null }],
  customer: { customerID: "wang", name: "王小明", isVIP: true, numbers: ["13900000001"], fields: { city: "北京" } },
};

const buttons = (panel) => [...panel.querySelectorAll("[data-command$=Record]")].map((button) => [button.dataset.command, button.disabled]);

test("the panel of records is hidden without campaigns, shows the record that is looked at, and its buttons count only then", () => {
  store.send({ type: "signedIn", session: { accessToken: "t", user: { id: "li", name: "Li" }, tenant: "demo", roles: ["agent"] } });
  store.send(fed("snapshot", { agent: agent("ready", 1), call: null }));
  const panel = document.createElement("preview-panel");
  document.body.append(panel);
  expect(panel.hidden, true);
  store.send({ type: "previewCampaigns", items: [campaign] });
  expect([panel.hidden, [...panel.querySelectorAll("option")].map((option) => option.value)], [false, ["", "spring"]]);
  store.send({ type: "previewView", view: { campaign, record } });
  expect(buttons(panel).map(([, isDisabled]) => isDisabled), [true, true, true]);
  store.send(fed("agent.state_changed", { agent: agent("paused", 2, { pauseReason: "preview" }), previous: "ready" }));
  expect(buttons(panel), [["dialRecord", false], ["appointRecord", false], ["skipRecord", false]]);
  expect([panel.querySelector(".person-name").textContent.includes("王小明"), panel.textContent.includes("<b>tea</b>"), panel.querySelector("dd b")], [true, true, null]);
  expect(panel.querySelector("select").value, "spring");
  // Read anew it is the same element: who is at a button stays there.
  const dial = panel.querySelector("[data-command=dialRecord]");
  dial.focus();
  store.send({ type: "previewView", view: JSON.parse(JSON.stringify({ campaign, record })) });
  expect(document.activeElement === dial, true);
  store.send({ type: "previewView", view: { campaign } });
  expect(buttons(panel), []);
  panel.remove();
  store.send({ type: "signedOut" });
});
