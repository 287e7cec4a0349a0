// What the manifest promises.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const source = readFileSync("src/extension.ts", "utf8");

test("p099 no language is claimed, and nothing runs where there is no tree", () => {
  assert.deepEqual(Object.keys(manifest.contributes), ["commands", "configuration"]);
  assert.deepEqual(manifest.activationEvents, ["workspaceContains:**/sps.toml"]);
  assert.ok(!/language(Id)?:/.test(source), "the selector names files, not languages");
});

test("a folder without trust decides neither the program nor the pages", () => {
  const { supported, restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
  assert.equal(supported, "limited");
  assert.deepEqual(restrictedConfigurations, ["sps.path", "sps.overlay"]);
  for (const name of restrictedConfigurations) {
    assert.equal(manifest.contributes.configuration.properties[name].scope, "machine-overridable", name);
  }
});

test("every setting that the program depends on restarts it", () => {
  const settings = Object.keys(manifest.contributes.configuration.properties);
  for (const name of settings.filter((it) => it !== "sps.trace.server")) {
    assert.ok(source.includes(`"${name}"`), name);
  }
});

test("every version of a package is exact", () => {
  for (const [name, version] of Object.entries<string>(manifest.devDependencies)) {
    assert.match(version, /^\d+\.\d+\.\d+$/, name);
  }
});
