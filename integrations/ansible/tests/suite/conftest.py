"""Simulators, playbooks and their results.

SPS is the program under test. The suite starts simulators with it and runs the ansible-playbook beside the Python that runs it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

COLLECTION = Path(__file__).resolve().parents[2]
ROOT = COLLECTION.parents[1]
BIN = Path(sys.executable).parent
SPS = Path(os.environ.get("SPS", ROOT / "target/debug/sps")).resolve()
PASSWORD = "open sesame 4711"
HEALTH = {
    "maximum_disk_utilization_ratio": 81,
    "maximum_load1": None,
    "maximum_load5": None,
    "maximum_load15": None,
    "maximum_swap_utilization_ratio": 70,
}
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def policy(name, hours=(("8:00", "17:00"),)):
    """A time policy."""
    return dict({day: [list(it) for it in hours] for day in DAYS}, name=name)


class Appliance:
    """A simulator with a log of its requests."""

    def __init__(self, folder, *options, tls=True, password=PASSWORD):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.log = folder / "log.jsonl"
        self.ca_file = folder / "ca.pem"
        self.password = password
        (folder / "password").write_text(password)
        command = [SPS, "sim", "--password-file", "password", "--log", "log.jsonl"]
        command += ["--certificate", "ca.pem"] if tls else ["--plain-http"]
        self.process = subprocess.Popen(
            [*command, *options], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.url = None
        for line in self.process.stdout:
            if line.startswith("listening on "):
                self.url = line.split()[2]
            if line.startswith("sha256") or (self.url and not tls):
                break
        assert self.url, "the simulator did not start"

    @property
    def connection(self):
        """The options of a module."""
        options = dict(host=self.url, user="admin", password=self.password, sps_binary=str(SPS))
        return dict(options, ca_file=str(self.ca_file)) if self.url.startswith("https") else options

    def requests(self):
        """The requests so far."""
        if not self.log.exists():
            return []
        return [json.loads(it) for it in self.log.read_text().splitlines()]

    def writes(self):
        """The requests that change something, but for the end of a session."""
        return [it for it in self.requests() if it["method"] != "GET" and it["path"] != "/api/authentication"]

    def sps(self, *arguments, status=0):
        """Runs the program against it and returns its JSON."""
        environment = dict(os.environ, SPS_HOST=self.url, SPS_USER="admin", SPS_PASSWORD=self.password, HOME=str(self.folder))
        environment.pop("XDG_STATE_HOME", None)
        if self.url.startswith("https"):
            environment["SPS_CA_FILE"] = str(self.ca_file)
        done = subprocess.run(
            [SPS, *arguments, "--log-out"], env=environment, cwd=self.folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == status, done.stderr
        return json.loads(done.stdout)

    def body(self, endpoint):
        """The body of an object, as a request has it."""
        return self.sps("get", endpoint, "--request")

    def stop(self):
        """Ends the simulator."""
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


class Run:
    """What a playbook did."""

    def __init__(self, done, results):
        self.status = done.returncode
        self.output = done.stdout
        self.results = results

    def of(self, task, host=None):
        """The result of a task on a host."""
        found = [it for it in self.results if it["task"] == task and (host is None or it["host"] == host)]
        assert len(found) == 1, (task, host, self.output)
        return found[0]["result"]

    def succeeds(self):
        """Fails the test unless the run did not fail."""
        assert self.status == 0, self.output
        return self

    def recap(self, host):
        """The numbers of a host at the end."""
        line = [it for it in self.output.split("PLAY RECAP")[1].splitlines() if it.split(":")[0].strip() == host][0]
        return {key: int(value) for key, value in (it.split("=") for it in line.split(":", 1)[1].split())}


class Project:
    """A folder with playbooks and an inventory."""

    def __init__(self, folder):
        self.folder = folder
        self.hosts = {}
        self.environment = {}
        (folder / "home").mkdir()
        collections = folder / "collections/ansible_collections/sps"
        collections.mkdir(parents=True)
        (collections / "config").symlink_to(COLLECTION)

    def host(self, name, appliance=None, **options):
        """Adds a host whose module runs on the controller."""
        connection = dict(appliance.connection if appliance else {}, **options)
        self.hosts[name] = dict(ansible_connection="local", ansible_python_interpreter=sys.executable, sps=connection)
        return self

    def env(self, **more):
        """The environment of a run."""
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("SPS", "ANSIBLE"))}
        return dict(
            inherited,
            HOME=str(self.folder / "home"),
            ANSIBLE_COLLECTIONS_PATH=str(self.folder / "collections"),
            ANSIBLE_CALLBACK_PLUGINS=str(Path(__file__).parent / "callbacks"),
            ANSIBLE_CALLBACKS_ENABLED="results",
            ANSIBLE_HOME=str(self.folder / "home/.ansible"),
            ANSIBLE_LOCAL_TEMP=str(self.folder / "home/tmp"),
            ANSIBLE_LOG_PATH=str(self.folder / "ansible.log"),
            ANSIBLE_NOCOLOR="1",
            RESULTS=str(self.folder / "results.jsonl"),
        ) | self.environment | more

    def write(self, name, content):
        """Writes a file, as YAML unless it is a text."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False))
        return path

    def inventory(self):
        """The file of the inventory."""
        return self.write("hosts.yml", {"all": {"hosts": self.hosts}})

    def playbook(self, tasks, **play):
        """A play of tasks whose modules have the connection of their host."""
        if isinstance(tasks, str):
            tasks = yaml.safe_load(tasks)
        defaults = {"group/sps.config.all": "{{ sps }}"}
        return self.write(
            "play.yml", [dict(dict(hosts="all", gather_facts=False, module_defaults=defaults, tasks=tasks), **play)]
        )

    def run(self, tasks, *options, cwd=None, env=None, **play):
        """Runs tasks, or a playbook."""
        book = tasks if isinstance(tasks, Path) else self.playbook(tasks, **play)
        results = self.folder / "results.jsonl"
        results.unlink(missing_ok=True)
        done = subprocess.run(
            [BIN / "ansible-playbook", "-i", self.inventory(), book, *options],
            cwd=cwd or self.folder,
            env=self.env(**(env or {})),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        lines = results.read_text().splitlines() if results.exists() else []
        return Run(done, [json.loads(it) for it in lines])


@pytest.fixture
def appliances(tmp_path):
    """Starts simulators that end with the test."""
    started = []

    def start(*options, **more):
        started.append(Appliance(tmp_path / f"sim{len(started)}", *options, **more))
        return started[-1]

    yield start
    for it in started:
        it.stop()


@pytest.fixture
def project(tmp_path):
    """An empty project."""
    folder = tmp_path / "project"
    folder.mkdir()
    return Project(folder)


def task(name, module, /, **options):
    """A task with one of our modules."""
    more = {key: options.pop(key) for key in ("ignore_errors", "register", "no_log", "loop") if key in options}
    return dict({"name": name, f"sps.config.{module}": options}, **more)
