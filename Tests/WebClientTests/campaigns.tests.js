import { fieldLabel } from "/flows/labels.js";
import { numberRows, progressOf } from "/manage/campaigns.js";
import { settingLabel } from "/manage/labels.js";
import { expect, test } from "./expect.js";

test("a list of numbers is read a line each, blanks within a number and heads of a spreadsheet aside", () => {
  expect(numberRows("电话,姓名\n+86 138 0013 8000\n\n  13900139000  \n"), {
    lines: [2, 4], rows: [{ number: "+86 138 0013 8000" }, { number: "13900139000" }],
  });
});

test("the name behind a number goes with it, whatever stands between them", () => {
  expect(numberRows('13800138000, 李雷\n13900139000\t"Wang, Wei"\r\n13700137000；韩梅梅\n13600136000,').rows, [
    { number: "13800138000", attributes: { name: "李雷" } }, { number: "13900139000", attributes: { name: "Wang, Wei" } },
    { number: "13700137000", attributes: { name: "韩梅梅" } }, { number: "13600136000" },
  ]);
});

test("a campaign's numbers add up, with those that agents look at or without", () => {
  expect(progressOf({ open: 3, dialling: 1, previewed: 2, done: 4 }).all, 10);
  expect(progressOf({ open: 3, dialling: 1, previewed: null, done: 4 }), { open: 3, dialling: 1, previewed: 0, done: 4, all: 8 });
});

test("a setting is called by where it stands, and by its name elsewhere", () => {
  const begins = settingLabel("from", ["hours", "from"]);
  expect([settingLabel("from", ["windows", 2, "from"]), settingLabel("from", ["callbacks", "from"]), settingLabel("from")], [begins, fieldLabel("from"), fieldLabel("from")]);
  expect(begins === fieldLabel("from"), false);
});
