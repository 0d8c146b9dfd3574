import { embedCode } from "/manage/embed.js";
import { expect, test } from "./expect.js";

const entry = { door: "https://cc.example.com", tenant: "demo", entry: "site" };

/** The button as a browser reads it in the page. */
function read(code) {
  return new DOMParser().parseFromString(code, "text/html").querySelector("carillon-call");
}

test("a web site's page gets the script of the front door and the button of its entry", () => {
  expect(embedCode(entry), '<script type="module" src="https://cc.example.com/embed/web-call.js"></script>\n<carillon-call tenant="demo" entry="site"></carillon-call>');
});

test("what the page may say of its visitor is there to be filled in, as the button will read it", () => {
  const button = read(embedCode({ ...entry, attributes: ["product", "orderId"] }));
  expect({ ...button.dataset }, { product: "", orderId: "" });
  expect(read(embedCode({ ...entry, attributes: null })).dataset.product, undefined);
});

test("no name ends the code's own quotation", () => {
  const button = read(embedCode({ ...entry, entry: '"><script>x' }));
  expect(button.getAttribute("entry"), '"><script>x');
});
