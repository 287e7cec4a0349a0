import assert from "node:assert/strict";
import { test } from "node:test";

import { label } from "../src/place";

const endpoint = "/api/configuration/management/email";

test("the status bar has the short name of the endpoint, and the pointer", () => {
  assert.equal(label({ endpoint, pointer: "/smtp_server/value" }), "management/email /smtp_server/value");
  assert.equal(label({ endpoint, pointer: "" }), "management/email");
  assert.equal(label({ endpoint: "/api/cluster/nodes", pointer: "" }), "/api/cluster/nodes");
});

test("a long pointer loses its start, and no character is cut in half", () => {
  const text = label({ endpoint, pointer: `/${"a".repeat(40)}/${"😀".repeat(60)}` });
  assert.equal(text, `management/email …${"😀".repeat(60)}`);
});

test("no name of a member becomes an icon", () => {
  assert.ok(!label({ endpoint, pointer: "/$(alert)" }).includes("$("));
});
