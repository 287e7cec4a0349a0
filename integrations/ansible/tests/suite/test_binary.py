"""How the modules find and call the program."""

from __future__ import annotations

import os
import stat
import time

import pytest
from conftest import PASSWORD, SPS, policy, task


def script(path, *lines):
    """A program that prints these lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n" + "\n".join(lines) + "\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_p017_p041_the_program_is_found_or_the_places_are_listed(appliances, project, tmp_path):
    project.host("sps", appliances())
    home = project.folder / "home"
    (home / "bin").mkdir()
    (home / "bin/sps").symlink_to(SPS)
    (tmp_path / "with a space").mkdir()
    (tmp_path / "with a space/sps").symlink_to(SPS)
    (tmp_path / "folder").mkdir()
    (tmp_path / "data").write_text("no program")
    # The user's own folder is not on the path, and has an older program.
    script(home / ".local/bin/sps", "echo sps 0.0.1")
    works = {"name": "sps", "absolute": str(SPS), "home": "~/bin/sps", "space": str(tmp_path / "with a space/sps")}
    fails = {
        "folder": (str(tmp_path / "folder"), "is a folder"),
        "mode": (str(tmp_path / "data"), "cannot be executed"),
        "missing": (str(tmp_path / "nothing/sps"), "does not exist"),
        "unknown": ("no-such-sps", "/usr/bin"),
    }
    tasks = [task(name, "info", sps_binary=path) for name, path in works.items()]
    tasks += [task(name, "info", sps_binary=path, ignore_errors=True) for name, (path, _) in fails.items()]
    path = f"{SPS.parent}{os.pathsep}/usr/bin{os.pathsep}/bin"
    run = project.run(tasks, env=dict(PATH=path)).succeeds()
    for name in works:
        assert not run.of(name)["failed"], run.output
    for name, (path, problem) in fails.items():
        message = run.of(name)["msg"]
        assert message.count("\n") == 0 and problem in message and path in message, message
        assert "sps_binary" in message and "SPS_BINARY" in message
        assert "Traceback" not in str(run.of(name))


def test_p019_another_version_or_program_is_refused_before_any_request(appliances, project, tmp_path):
    appliance = appliances()
    project.host("sps", appliance)
    json = """echo '{"name": "sps", "version": "%s", "schema_version": %s, "warnings": []}'"""
    programs = {
        "old": (script(tmp_path / "old", "echo sps 0.0.9"), "has version 0.0.9"),
        "new": (script(tmp_path / "new", json % ("1.0.0", 1)), "has version 1.0.0"),
        "schema": (script(tmp_path / "schema", json % ("0.1.0", 2)), "schema version 2"),
        "later": (
            script(tmp_path / "later", 'if [ "$1" = --version ]; then echo sps 0.1.0; else echo \'{"schema_version": 9}\'; fi'),
            "schema version 9",
        ),
        "other": (script(tmp_path / "other", "echo Sender Policy Survey 3; exit 1"), "another program"),
        "silent": (script(tmp_path / "silent", "exit 0"), "another program"),
        "broken": (script(tmp_path / "broken", 'if [ "$1" = --version ]; then echo sps 0.1.0; else echo oops; fi'), "JSON"),
    }
    body = policy("x")
    tasks = [
        task(name, "object", sps_binary=path, endpoint="policies/time_policies", name="x", body=body, ignore_errors=True)
        for name, (path, _) in programs.items()
    ]
    run = project.run(tasks).succeeds()
    for name, (path, problem) in programs.items():
        message = run.of(name)["msg"]
        assert problem in message and path in message, message
        assert name == "broken" or "0.1.0 or later, before 0.2.0" in message, message
    assert appliance.requests() == []


def test_p021_warnings_are_passed_on(appliances, project):
    appliance = appliances("--fault", "GET /api/configuration/management/snmp/trap status=503 x1")
    project.host("sps", appliance)
    value = {"community": "noc-7-ro", "server": {"selection": "ip", "value": "192.0.2.5"}}
    body = {"enabled": True, "version": {"selection": "2c", "value": value}}
    tasks = [
        task("trap", "object", endpoint="management/snmp/trap", body=body),
        task("both", "site", objects={"management/snmp/trap": body, "management/email": {"bogus": 1}}, ignore_errors=True),
    ]
    run = project.run(tasks).succeeds()
    warnings = " ".join(str(it) for it in run.of("trap")["warnings"])
    assert "cleartext-snmp" in warnings and "trying again" in warnings, run.output
    assert "management/snmp/trap" in warnings
    assert "bogus" in run.of("both")["msg"] and "cleartext-snmp" in str(run.of("both")["warnings"]), run.output


@pytest.mark.parametrize("kind", ["prompt", "password", "certificate"])
def test_p023_nothing_waits_for_a_person(appliances, project, kind):
    appliance = appliances()
    project.host("sps", appliance)
    value = {
        "username": "traps",
        "engine_id": "0x80001f8804a1b2c3d4",
        "auth_method": "sha",
        "auth_password": {"$secret": "prompt:the password of traps"},
        "encryption_method": "none",
        "encryption_password": None,
        "server": {"selection": "ip", "value": "192.0.2.5"},
    }
    body = {"enabled": True, "version": {"selection": "3", "value": value}}
    if kind == "prompt":
        tried, missing = task("x", "object", endpoint="management/snmp/trap", body=body), "prompt:the password of traps"
    elif kind == "password":
        del project.hosts["sps"]["sps"]["password"]
        tried, missing = task("x", "info"), "SPS_PASSWORD"
    else:
        del project.hosts["sps"]["sps"]["ca_file"]
        tried, missing = task("x", "info"), "certificate"
    start = time.monotonic()
    run = project.run([tried])
    # The program has two seconds, and Ansible needs some more.
    assert time.monotonic() - start < 30
    assert run.status != 0 and missing in run.of("x")["msg"], run.output


def test_the_password_is_on_standard_input_alone(appliances, project, tmp_path):
    """A program between the module and sps sees what it gets."""
    appliance = appliances()
    project.host("sps", appliance)
    spy = script(
        tmp_path / "spy",
        f'if [ "$1" = --version ]; then exec {SPS} "$@"; fi',
        f'printf "%s\\n" "$@" > {tmp_path}/arguments; env > {tmp_path}/environment',
        f'exec {SPS} "$@"',
    )
    project.run([task("info", "info", sps_binary=spy)]).succeeds()
    assert "--password-file=-" in (tmp_path / "arguments").read_text()
    for name in ("arguments", "environment"):
        assert PASSWORD not in (tmp_path / name).read_text()
