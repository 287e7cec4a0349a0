#!/usr/bin/env python3
"""Gives the OpenAPI document to programs that other people wrote.

    python3 tests/clients/openapi.py target/debug/sps

Installs them from PyPI and npm into `target/openapi`, and checks that

* openapi-spec-validator and `redocly lint` find nothing wrong,
* openapi-typescript makes types that TypeScript 5 compiles,
* openapi-python-client makes a client that changes the mail settings of a simulator.

Where a program cannot be installed, it says so and goes on with the others.
"""

import pathlib
import shutil
import subprocess
import sys
import venv

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORK = ROOT / "target" / "openapi"
PYTHON = ["openapi-spec-validator==0.9.0", "openapi-python-client==0.29.1", "ruff==0.17.6"]
NODE = ["@redocly/cli@2.77.0", "openapi-typescript@7.13.0", "typescript@5.9.3"]


def run(*command, **options):
    """Runs a command, and shows its output if it fails."""
    command = [str(word) for word in command]
    print("$", " ".join(command), flush=True)
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"{done.stdout}{done.stderr}\n{command[0]} fails with {done.returncode}")
    return done.stdout + done.stderr


def installed(what, command, **options):
    """Whether the command that installs something succeeds."""
    print("$", " ".join(map(str, command)), flush=True)
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        print(f"not run: {what} cannot be installed: {done.stderr.strip().splitlines()[-1:]}")
    return done.returncode == 0


def python_tools():
    """The folder with the programs from PyPI, if they can be installed."""
    folder = WORK / "venv"
    if not (folder / "bin" / "python").exists():
        try:
            venv.create(folder, with_pip=True)
        except (subprocess.CalledProcessError, OSError) as error:
            print(f"not run: Python cannot make a virtual environment: {error}")
            return None
    pip = [folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", *PYTHON]
    return folder / "bin" if installed("openapi-python-client", pip) else None


def node_tools():
    """The folder with the programs from npm, if they can be installed."""
    npm = shutil.which("npm")
    if not npm:
        print("not run: redocly and openapi-typescript need npm")
        return None
    folder = WORK / "node"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text('{"private": true}\n')
    install = [npm, "install", "--silent", "--no-audit", "--no-fund", *NODE]
    return folder / "node_modules" / ".bin" if installed("redocly", install, cwd=folder) else None


def change_mail(sps, tools):
    """Makes the client, and changes the mail settings of a simulator with it."""
    package = WORK / "client"
    shutil.rmtree(package, ignore_errors=True)
    settings = WORK / "client.yaml"
    # The generator knows no other media type of a file.
    files = ["application/zip", "application/x-iso9660-image", "application/gzip"]
    overrides = "".join(f"  {media}: application/octet-stream\n" for media in files)
    settings.write_text("project_name_override: sps-rest\npackage_name_override: sps_rest\n"
                        f"content_type_overrides:\n{overrides}")
    path = {"PATH": f"{tools}:/usr/bin:/bin"}
    made = run(tools / "openapi-python-client", "generate", "--fail-on-warning", "--path", WORK / "sps.json",
               "--config", settings, "--output-path", package, env=path)
    if "Warning" in made:
        sys.exit(made)
    simulator = subprocess.Popen([sps, "sim"], stdout=subprocess.PIPE, text=True)
    try:
        url, user, password = (simulator.stdout.readline().split()[-1] for _ in range(3))
        print(run(tools / "python", ROOT / "tests/clients/openapi_mail.py", url, user,
                  env={"PYTHONPATH": str(package), "SPS_PASSWORD": password}).strip())
    finally:
        simulator.terminate()
        simulator.wait()


def main():
    sps = pathlib.Path(sys.argv[1]).resolve()
    WORK.mkdir(parents=True, exist_ok=True)
    for target in [None, "6.0", "8.0"]:
        name = f"sps-{target}.json" if target else "sps.json"
        option = ["--target", target] if target else []
        (WORK / name).write_text(run(sps, "openapi", *option))
    if (tools := python_tools()) is not None:
        for document in sorted(WORK.glob("sps*.json")):
            run(tools / "openapi-spec-validator", document)
        change_mail(sps, tools)
    if (tools := node_tools()) is not None:
        for document in sorted(WORK.glob("sps*.json")):
            lint = run(tools / "redocly", "lint", "--config", ROOT / "tests/clients/redocly.yaml", document)
            if "warning" in lint.replace("Deprecation warning", ""):
                sys.exit(lint)
        run(tools / "openapi-typescript", WORK / "sps.json", "-o", WORK / "sps.ts")
        run(tools / "tsc", "--noEmit", "--strict", WORK / "sps.ts")
    print("the programs above find nothing wrong")


main()
