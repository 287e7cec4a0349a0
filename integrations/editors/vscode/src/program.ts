// The program `sps`: where it lies, how it is called, and whether its version will do. Knows nothing of VS Code.

import { statSync } from "node:fs";
import * as path from "node:path";

/** The first version whose language server this extension works with. */
export const OLDEST = "0.1.0";

/** What the settings of the user say. */
export interface Settings {
  readonly path: string;
  readonly target: string;
  readonly allow: readonly string[];
  readonly overlay: string;
}

/** What the search for the program depends on. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  /** The value of `PATH`. */
  readonly path: string;
  /** Whether a path leads to a file. */
  readonly isFile: (path: string) => boolean;
}

/** This machine. */
export function thisMachine(home: string): Machine {
  return { platform: process.platform, home, path: process.env["PATH"] ?? "", isFile };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Why there is no program to start; the message says what to do. */
export class ProgramError extends Error {}

/**
 * The absolute path of the program that the setting `sps.path` means.
 *
 * A bare name is looked for here and not by the system: Windows would take a program of that name from the folder of the
 * workspace first, and an empty or relative entry of `PATH` would do the same elsewhere.
 */
export function find(setting: string, machine: Machine): string {
  const { home, isFile } = machine;
  const paths = machine.platform === "win32" ? path.win32 : path.posix;
  const name = setting.trim() === "" ? "sps" : setting.trim();
  const isBelowHome = name === "~" || name.startsWith("~/") || name.startsWith(`~${paths.sep}`);
  const whole = isBelowHome ? paths.join(home, name.slice(1)) : name;
  const endings = machine.platform === "win32" && paths.extname(whole) === "" ? [".exe", ""] : [""];
  if (paths.isAbsolute(whole)) {
    const found = endings.map((ending) => whole + ending).find(isFile);
    if (found === undefined) {
      throw new ProgramError(`The setting sps.path names ${whole}, and there is no such file.`);
    }
    return found;
  }
  if (whole.includes("/") || whole.includes(paths.sep)) {
    throw new ProgramError(`The setting sps.path is ${name}: write an absolute path, or a name to look for in PATH.`);
  }
  const folders = machine.path.split(paths.delimiter).filter((folder) => paths.isAbsolute(folder));
  for (const folder of folders) {
    for (const ending of endings) {
      const file = paths.join(folder, whole + ending);
      if (isFile(file)) {
        return file;
      }
    }
  }
  throw new ProgramError(`There is no program ${whole} in the folders of PATH. Install it, or name it in the setting sps.path.`);
}

/** The arguments that start the language server. A relative overlay starts at the first folder of the workspace. */
export function serverArguments(settings: Settings, folder: string | undefined, home: string): string[] {
  const result = ["lsp"];
  const add = (option: string, value: string) => {
    if (value !== "") {
      // In one word, so that a value that begins with a hyphen is a value.
      result.push(`${option}=${value}`);
    }
  };
  add("--target", settings.target.trim());
  for (const code of settings.allow) {
    add("--allow", code.trim());
  }
  const overlay = settings.overlay.trim();
  if (overlay !== "") {
    const isBelowHome = overlay === "~" || overlay.startsWith("~/");
    add("--spec", isBelowHome ? path.join(home, overlay.slice(1)) : path.resolve(folder ?? home, overlay));
  }
  return result;
}

/** Checks what `sps --version` printed. */
export function checkVersion(file: string, printed: string): string {
  const found = /^sps (\d+\.\d+\.\d+\S*)/.exec(printed)?.[1];
  if (found === undefined) {
    throw new ProgramError(`${file} is another program: it answers --version with ${JSON.stringify(printed.slice(0, 80).trim())}.`);
  }
  if (isOlder(found, OLDEST)) {
    throw new ProgramError(`${file} has version ${found}, and this extension needs ${OLDEST} or newer.`);
  }
  return found;
}

/** Whether a version comes before another. A version with a suffix, such as `1.0.0-rc.1`, comes before the one without. */
export function isOlder(version: string, other: string): boolean {
  const numbers = (it: string) => it.split(/[.+-]/).slice(0, 3).map(Number);
  const [these, those] = [numbers(version), numbers(other)];
  for (let index = 0; index < 3; index += 1) {
    const difference = (these[index] ?? 0) - (those[index] ?? 0);
    if (difference !== 0) {
      return difference < 0;
    }
  }
  return version.includes("-") && !other.includes("-");
}
