import assert from "node:assert/strict";
import * as path from "node:path";
import { test } from "node:test";

import { ProgramError, checkVersion, find, isOlder, serverArguments, type Machine } from "../src/program";

function machine(platform: NodeJS.Platform, searched: string, files: string[]): Machine {
  const home = platform === "win32" ? "C:\\people\\me" : "/people/me";
  return { platform, home, path: searched, isFile: (file) => files.includes(file) };
}

test("a name is looked for in the folders of PATH, in their order", () => {
  const it = machine("linux", "/usr/bin:/opt/bin", ["/opt/bin/sps", "/usr/bin/other"]);
  assert.equal(find("sps", it), "/opt/bin/sps");
  assert.equal(find(" ", it), "/opt/bin/sps");
  assert.equal(find("other", it), "/usr/bin/other");
});

test("no program comes from a relative folder, such as that of the workspace", () => {
  const it = machine("linux", ":.:bin:/usr/bin", ["sps", "./sps", "bin/sps"]);
  assert.throws(() => find("sps", it), /no program sps in the folders of PATH/);
  const windows = machine("win32", ";.;C:\\bin", [".\\sps.exe", "sps.exe"]);
  assert.throws(() => find("sps", windows), ProgramError);
});

test("a path is absolute, or below the folder of the user", () => {
  const it = machine("linux", "", ["/opt/with space/sps", "/people/me/bin/sps"]);
  assert.equal(find("/opt/with space/sps", it), "/opt/with space/sps");
  assert.equal(find("~/bin/sps", it), "/people/me/bin/sps");
  assert.throws(() => find("/opt/sps", it), /names \/opt\/sps, and there is no such file/);
  assert.throws(() => find("target/debug/sps", it), /write an absolute path/);
});

test("Windows needs no ending", () => {
  const it = machine("win32", "C:\\bin", ["C:\\bin\\sps.exe", "C:\\people\\me\\sps.exe"]);
  assert.equal(find("sps", it), "C:\\bin\\sps.exe");
  assert.equal(find("sps.exe", it), "C:\\bin\\sps.exe");
  assert.equal(find("~\\sps", it), "C:\\people\\me\\sps.exe");
});

test("settings become arguments, empty ones do not", () => {
  const none = { path: "sps", target: "", allow: [], overlay: "" };
  assert.deepEqual(serverArguments(none, undefined, "/people/me"), ["lsp"]);
  const all = { path: "sps", target: "8.0", allow: ["cleartext-snmp", "-x"], overlay: "pages" };
  const expected = ["lsp", "--target=8.0", "--allow=cleartext-snmp", "--allow=-x"];
  assert.deepEqual(serverArguments(all, "/site", "/people/me"), [...expected, `--spec=${path.resolve("/site", "pages")}`]);
  const own = serverArguments({ ...all, overlay: "~/pages" }, "/site", "/people/me");
  assert.equal(own.at(-1), `--spec=${path.join("/people/me", "pages")}`);
});

test("an old program and another program are refused", () => {
  assert.equal(checkVersion("/bin/sps", "sps 0.1.0\n"), "0.1.0");
  assert.equal(checkVersion("/bin/sps", "sps 1.2.3-rc.1 (abc)\n"), "1.2.3-rc.1");
  assert.throws(() => checkVersion("/bin/sps", "sps 0.0.9\n"), /has version 0.0.9, and this extension needs/);
  assert.throws(() => checkVersion("/bin/sps", "Sandia Profile Server 4\n"), /another program/);
  assert.throws(() => checkVersion("/bin/sps", ""), ProgramError);
});

test("versions are compared by their numbers", () => {
  for (const [older, newer] of [["0.9.0", "0.10.0"], ["1.2.3", "2.0.0"], ["1.0.0-rc.1", "1.0.0"]] as const) {
    assert.ok(isOlder(older, newer), `${older} ${newer}`);
    assert.ok(!isOlder(newer, older), `${newer} ${older}`);
  }
  assert.ok(!isOlder("0.1.0", "0.1.0"));
});
