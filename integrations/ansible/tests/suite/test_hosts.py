"""Many hosts: those that fail do not touch others."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from conftest import HEALTH, PASSWORD, SPS, policy, task

HEALTH_PATH = "management/health_monitoring"


def closed_port():
    """A port on which nothing listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def health(value):
    return dict(HEALTH, maximum_disk_utilization_ratio=value)


@pytest.fixture
def ten(appliances):
    """Ten simulators."""
    return [appliances() for _ in range(10)]


def test_ten_appliances_change_once_and_broken_ones_touch_no_other(ten, appliances, project):
    for number, appliance in enumerate(ten):
        project.host(f"sps{number}", appliance)
    tasks = [task("site", "site", objects={HEALTH_PATH: HEALTH, "policies/time_policies/night": policy("night")})]
    checked = project.run(tasks, "--check", "--forks", "10").succeeds()
    assert all(checked.of("site", host)["changed"] for host in project.hosts)
    assert not any(it.writes() for it in ten)
    first = project.run(tasks, "--forks", "10", "--diff").succeeds()
    second = project.run(tasks, "--forks", "10").succeeds()
    for number, appliance in enumerate(ten):
        assert first.recap(f"sps{number}")["changed"] == 1
        recap = second.recap(f"sps{number}")
        assert (recap["ok"], recap["changed"]) == (1, 0)
        assert appliance.body(HEALTH_PATH) == HEALTH
    # One is broken, and one is locked.
    project.host("broken", ten[0], host=f"127.0.0.1:{closed_port()}")
    locked = appliances("--fault", "PUT /api/configuration/* foreign-lock=alice", "--fault", "POST /api/* foreign-lock=alice")
    project.host("locked", locked, lock_wait=1)
    third = project.run([task("health", "object", endpoint=HEALTH_PATH, body=health(82))], "--forks", "12")
    assert third.recap("broken")["failed"] == 1 and third.recap("locked")["failed"] == 1, third.output
    assert "alice" in third.of("health", "locked")["msg"]
    assert "127.0.0.1" in third.of("health", "broken")["msg"]
    for number, appliance in enumerate(ten):
        assert third.recap(f"sps{number}")["changed"] == 1
        assert appliance.body(HEALTH_PATH)["maximum_disk_utilization_ratio"] == 82
    assert locked.body(HEALTH_PATH)["maximum_disk_utilization_ratio"] != 82


def test_p025_fifty_tasks_leave_no_session(appliances, project):
    quota = 4
    appliance = appliances("--max-sessions", str(quota))
    for number in range(10):
        project.host(f"sps{number:02}", appliance)
    good = [
        task(f"good {it}", "object", endpoint="policies/userlists", name=f"l{{{{ inventory_hostname }}}}-{it}",
             body={"name": f"l{{{{ inventory_hostname }}}}-{it}", "allow": "no_user", "except": []}, ignore_errors=False)
        for it in range(4)
    ]
    bad = [task("bad", "object", endpoint=HEALTH_PATH, body=dict(HEALTH, bogus=1), ignore_errors=True)]
    killed = subprocess.Popen(
        [SPS, "apply", "--yes", "--log-out", "--lock-wait=60", str(tree(project))],
        env=dict(os.environ, SPS_HOST=appliance.url, SPS_USER="admin", SPS_PASSWORD=PASSWORD, SPS_CA_FILE=str(appliance.ca_file),
                 HOME=str(project.folder / "home")),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(0.2)
    killed.send_signal(signal.SIGTERM)
    run = project.run(bad + good, "--forks", str(quota))
    killed.wait()
    for host in project.hosts:
        assert run.of("bad", host)["failed"] and not run.of("good 3", host)["failed"], run.output
    names = [it["body"]["name"] for it in appliance.sps("get", "policies/userlists")["items"]]
    assert len([it for it in names if it.startswith("lsps")]) == 40
    ended = {it["session"] for it in appliance.requests() if it["method"] == "DELETE" and it["path"] == "/api/authentication"}
    assert {it["session"] for it in appliance.requests() if it["session"]} == ended


def tree(project):
    """A tree with one object."""
    project.write("one/sps.toml", "")
    project.write("one/management/health_monitoring.json", json.dumps(HEALTH))
    return project.folder / "one"


def test_p025_a_module_that_is_terminated_ends_its_session(appliances, project):
    appliance = appliances("--fault", "GET /api/configuration/* delay=60s x1")
    arguments = {"ANSIBLE_MODULE_ARGS": dict(appliance.connection, endpoint=HEALTH_PATH, body=HEALTH)}
    module = "import ansible_collections.sps.config.plugins.modules.object as module; module.main()"
    environment = project.env(PYTHONPATH=str(project.folder / "collections"))
    process = subprocess.Popen(
        [sys.executable, "-c", ARGUMENTS.format(arguments=json.dumps(json.dumps(arguments)), module=module)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not any(it["path"] == "/api/authentication" for it in appliance.requests()) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)
    process.send_signal(signal.SIGTERM)
    output = process.communicate(timeout=60)[0]
    assert '"failed": true' in output and "terminated" in output, output
    logouts = [it for it in appliance.requests() if it["method"] == "DELETE"]
    assert [it["path"] for it in logouts] == ["/api/authentication"]
    assert not appliance.writes()


# Runs a module as Ansible does, in a process of its own.
ARGUMENTS = """
import sys
from ansible.module_utils import basic
basic._ANSIBLE_ARGS = {arguments}.encode()
basic._ANSIBLE_PROFILE = "legacy"
{module}
"""


def test_p027_forks_share_state_and_tree(appliances, project):
    one = appliances("--locks", "single")
    project.environment["XDG_STATE_HOME"] = str(project.folder / "state")
    project.write("site/sps.toml", "")
    project.write("site/management/snmp/trap.json", json.dumps({
        "enabled": True,
        "version": {"selection": "3", "value": {
            "username": "traps", "engine_id": "0x80001f8804a1b2c3d4", "auth_method": "sha",
            "auth_password": {"$secret": "env:AUTH"}, "encryption_method": "none", "encryption_password": None,
            "server": {"selection": "ip", "value": "192.0.2.5"}}},
    }))
    others = [appliances() for _ in range(4)]
    for number in range(25):
        # One appliance under many names.
        project.host(f"one{number}", one, lock_wait=120, timeout=120)
        project.host(f"other{number}", others[number % 4], lock_wait=120, timeout=120)
    site = task("site", "site", path="site", secrets={"AUTH": "correct horse battery"})
    run = project.run([site], "--forks", "50")
    assert run.status == 0, run.output
    assert run.output.count("failed=0") == 50
    state = list((project.folder / "state").rglob("*"))
    assert not [it for it in state if it.name.endswith((".tmp", "~")) or it.name.startswith(".tmp")], state
    again = project.run([site], "--forks", "50").succeeds()
    assert not any(again.of("site", host)["changed"] for host in project.hosts), again.output
    for appliance in [one, *others]:
        assert appliance.sps("transaction", "status")["status"] == "closed"


def test_p029_a_rolling_play_counts_failures(ten, appliances, project):
    busy = appliances("--fault", "GET /api/configuration/* status=503")
    for number, appliance in enumerate(ten[:7]):
        project.host(f"a{number}", appliance)
    project.host("b-refuses", ten[7], host=f"127.0.0.1:{closed_port()}")
    project.host("c-certificate", ten[8], ca_file=str(ten[0].ca_file))
    project.host("d-busy", busy)
    tasks = [task("health", "object", endpoint=HEALTH_PATH, body=health(83))]
    run = project.run(tasks, serial=2, max_fail_percentage=20)
    assert run.status != 0
    # The fourth batch has a failure in two hosts, which is more than 20 %: the play ends after it.
    assert run.recap("b-refuses")["failed"] == 1 and run.recap("b-refuses")["unreachable"] == 0
    assert "d-busy" not in run.output.split("PLAY RECAP")[1], run.output
    for appliance in ten[:7]:
        assert appliance.body(HEALTH_PATH)["maximum_disk_utilization_ratio"] == 83
    # Without a limit every host has its turn, and each broken one is a failure of its own.
    run = project.run(tasks, serial=5)
    for host in ("b-refuses", "c-certificate", "d-busy"):
        assert run.recap(host)["failed"] == 1 and run.recap(host)["unreachable"] == 0, run.output
    assert "certificate" in run.of("health", "c-certificate")["msg"]
    assert "503" in run.of("health", "d-busy")["msg"]


def test_p031_one_rule_for_paths(appliances, project, tmp_path):
    project.host("sps", appliances())
    project.write("site/management/health_monitoring.json", json.dumps(HEALTH))
    project.write("roles/watch/tasks/main.yml", [task("in the role", "site", path="role-site"), task("beside", "site", path="site")])
    project.write("roles/watch/files/role-site/management/health_monitoring.json", json.dumps(HEALTH))
    tasks = [
        task("direct", "site", path="site"),
        {"name": "role", "ansible.builtin.include_role": {"name": "watch"}},
        task("export", "export", dest="exported", only=[HEALTH_PATH]),
        task("missing", "site", path="no-site", ignore_errors=True),
        task("missing absolute", "site", path=str(tmp_path / "none"), ignore_errors=True),
    ]
    for folder in (project.folder, tmp_path, project.folder / "home"):
        run = project.run(tasks, cwd=folder).succeeds()
        for name in ("direct", "in the role", "beside", "watch : in the role", "watch : beside"):
            found = [it for it in run.results if it["task"] == name]
            assert all(not it["result"]["failed"] for it in found)
        assert run.of("export")["dest"] == str(project.folder / "exported")
        assert str(project.folder / "no-site") in run.of("missing")["msg"]
        assert str(tmp_path / "none") in run.of("missing absolute")["msg"]
