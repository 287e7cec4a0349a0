// Starts `sps lsp`, starts it again when that is wanted, and shows the place of the cursor.

import { execFile } from "node:child_process";
import { homedir } from "node:os";
import { promisify } from "node:util";

import * as vscode from "vscode";
import { LanguageClient, State, type LanguageClientOptions, type ServerOptions } from "vscode-languageclient/node";

import { POINTER, label, type Place } from "./place";
import { ProgramError, checkVersion, find, serverArguments, thisMachine, type Settings } from "./program";

/**
 * Files by their names alone. The extension claims neither the language YAML nor JSON: other extensions and their settings
 * keep working, and the server itself leaves files alone that belong to no tree.
 */
const SELECTOR = [
  { scheme: "file", pattern: "**/*.{json,yaml,yml}" },
  { scheme: "file", pattern: "**/sps.toml" },
];
const INSTALL = "https://github.com/sps-rs/sps/blob/main/docs/install.md";
/** How long the cursor has to rest before the server is asked where it is. Unit: milliseconds. */
const REST = 100;
/** How long `sps --version` may take. Unit: milliseconds. */
const PATIENCE = 10_000;

let server: Server | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const it = new Server();
  server = it;
  const place = new PlaceOfCursor(it);
  context.subscriptions.push(
    it.output,
    place,
    vscode.commands.registerCommand("sps.restart", () => it.restart()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      // The client follows the setting for the trace by itself.
      if (["sps.path", "sps.target", "sps.allow", "sps.overlay"].some((name) => change.affectsConfiguration(name))) {
        void it.restart();
      }
    }),
    // Settings of the folder count from now on.
    vscode.workspace.onDidGrantWorkspaceTrust(() => it.restart()),
  );
  void it.restart();
}

export function deactivate(): Promise<void> {
  return server?.stop() ?? Promise.resolve();
}

/** The language server, which is started and stopped in order, however often that is asked for. */
class Server {
  readonly output = vscode.window.createOutputChannel("SPS", { log: true });
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private client: LanguageClient | undefined;
  private last: Promise<void> = Promise.resolve();

  restart(): Promise<void> {
    return this.inOrder(async () => {
      await this.end();
      await this.start();
    });
  }

  stop(): Promise<void> {
    return this.inOrder(() => this.end());
  }

  /** The place at a position; nothing while no server runs, and in files that it leaves alone. */
  async place(document: vscode.TextDocument, position: vscode.Position): Promise<Place | undefined> {
    const client = this.client;
    if (client?.state !== State.Running || vscode.languages.match(SELECTOR, document) === 0) {
      return undefined;
    }
    const params = client.code2ProtocolConverter.asTextDocumentPositionParams(document, position);
    try {
      return (await client.sendRequest<Place | null>(POINTER, params)) ?? undefined;
    } catch {
      // The text has changed meanwhile, or the server ends. The next position is asked for soon.
      return undefined;
    }
  }

  private inOrder(work: () => Promise<void>): Promise<void> {
    this.last = this.last.then(work).catch((error: unknown) => this.report(error));
    return this.last;
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client !== undefined) {
      await client.dispose().catch((error: unknown) => this.output.warn(String(error)));
    }
    this.changed.fire();
  }

  private async start(): Promise<void> {
    const settings = read();
    const file = find(settings.path, thisMachine(homedir()));
    const version = checkVersion(file, await versionOf(file));
    const folder = vscode.workspace.workspaceFolders?.find((it) => it.uri.scheme === "file")?.uri.fsPath;
    const args = serverArguments(settings, folder, homedir());
    this.output.info(`starting ${file} ${args.join(" ")}, version ${version}`);
    const serverOptions: ServerOptions = { command: file, args, options: { cwd: homedir() } };
    const clientOptions: LanguageClientOptions = { documentSelector: SELECTOR, outputChannel: this.output };
    const client = new LanguageClient("sps", "SPS", serverOptions, clientOptions);
    client.onDidChangeState(() => this.changed.fire());
    this.client = client;
    await client.start();
  }

  private async report(error: unknown): Promise<void> {
    const message = error instanceof Error ? error.message : String(error);
    this.output.error(message);
    if (!(error instanceof ProgramError)) {
      void vscode.window.showErrorMessage(`The language server did not start: ${message}`);
      return;
    }
    // Not awaited by those who wait for the server: the message may stay for hours.
    const choices = { settings: "Open Settings", install: "How to Install" };
    void vscode.window.showErrorMessage(message, choices.settings, choices.install).then((choice) => {
      if (choice === choices.settings) {
        void vscode.commands.executeCommand("workbench.action.openSettings", "sps.path");
      } else if (choice === choices.install) {
        void vscode.env.openExternal(vscode.Uri.parse(INSTALL));
      }
    });
  }
}

/** The settings; in a folder without trust, VS Code itself leaves out what the folder says about restricted ones. */
function read(): Settings {
  const settings = vscode.workspace.getConfiguration("sps");
  return {
    path: settings.get("path", "sps"),
    target: settings.get("target", ""),
    allow: settings.get<string[]>("allow", []),
    overlay: settings.get("overlay", ""),
  };
}

/** What a program answers to `--version`. */
async function versionOf(file: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(file, ["--version"], { cwd: homedir(), timeout: PATIENCE });
    return stdout;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ProgramError(`${file} does not start: ${message.trim()}`);
  }
}

/** The item of the status bar. */
class PlaceOfCursor implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("sps.place", vscode.StatusBarAlignment.Right, 90);
  private readonly listeners: vscode.Disposable[];
  private timer: NodeJS.Timeout | undefined;
  /** Counts the questions: only the answer to the last one is shown. */
  private asked = 0;

  constructor(private readonly server: Server) {
    this.item.name = "SPS: Place of the Cursor";
    this.listeners = [
      vscode.window.onDidChangeTextEditorSelection(() => this.later()),
      vscode.window.onDidChangeActiveTextEditor(() => this.later()),
      server.onDidChange(() => this.later()),
    ];
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.listeners.forEach((it) => it.dispose());
    this.item.dispose();
  }

  private later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.show(), REST);
  }

  private async show(): Promise<void> {
    this.asked += 1;
    const question = this.asked;
    const editor = vscode.window.activeTextEditor;
    const place = editor && (await this.server.place(editor.document, editor.selection.active));
    if (question !== this.asked) {
      return;
    }
    if (place === undefined) {
      this.item.hide();
      return;
    }
    this.item.text = label(place);
    this.item.tooltip = `${place.endpoint}\n${place.pointer}`;
    this.item.show();
  }
}
