// Bundles the extension, and collects the licenses of what the bundle has in it.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import { build } from "esbuild";

const { metafile } = await build({
  entryPoints: ["src/extension.ts"],
  outfile: "out/extension.js",
  bundle: true,
  minify: true,
  external: ["vscode"],
  format: "cjs",
  platform: "node",
  target: "node20",
  // The notices have them.
  legalComments: "none",
  metafile: true,
});

const inside = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/;
const folders = new Set(Object.keys(metafile.inputs).flatMap((input) => inside.exec(input)?.[0] ?? []));
const notices = [...folders].sort().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((it) => /^licen[cs]e/i.test(it));
  if (file === undefined) {
    throw new Error(`${name} has no license file`);
  }
  const text = readFileSync(path.join(folder, file), "utf8").replaceAll("\r\n", "\n").trim();
  return `${name} ${version}, ${license}\n\n${text}\n`;
});
writeFileSync("out/NOTICES.txt", notices.join(`\n${"-".repeat(80)}\n\n`));
