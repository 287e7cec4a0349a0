"""What people install: the archive, the documentation, and the first five minutes."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import tarfile

import pytest
import yaml
from conftest import BIN, COLLECTION, SPS

MODULES = ("export", "info", "object", "site")


def run(project, *command, **more):
    """Runs a command of Ansible."""
    environment = project.env(**more.pop("env", {}))
    done = subprocess.run(
        [str(BIN / command[0]), *map(str, command[1:])],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **more,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture
def clone(tmp_path):
    """The collection as version control has it, with what a developer leaves behind."""
    files = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "."], cwd=COLLECTION, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    folder = tmp_path / "clone"
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(COLLECTION / file, folder / file)
    for litter in (".git/config", "tests/output/x.log", ".venv/bin/python", "plugins/modules/__pycache__/x.pyc", "sps-config-0.0.1.tar.gz"):
        (folder / litter).parent.mkdir(parents=True, exist_ok=True)
        (folder / litter).write_text("litter")
    return folder


def test_p033_the_archive_has_what_belongs_to_it(project, clone, tmp_path):
    run(project, "ansible-galaxy", "collection", "build", clone, "--output-path", tmp_path)
    galaxy = yaml.safe_load((COLLECTION / "galaxy.yml").read_text())
    with tarfile.open(tmp_path / f"sps-config-{galaxy['version']}.tar.gz") as archive:
        names = archive.getnames()
    expected = {"README.md", "CHANGELOG.md", "meta/runtime.yml", "changelogs/changelog.yaml", "MANIFEST.json"}
    expected |= {f"plugins/modules/{it}.py" for it in MODULES}
    assert expected <= set(names)
    bad = [it for it in names if re.search(r"(^|/)(\.git|\.venv|output|suite|__pycache__)(/|$)|\.pyc$|\.tar\.gz$", it)]
    assert not bad
    version = json.loads(subprocess.run([SPS, "--version", "--format", "json"], capture_output=True, check=True).stdout)["version"]
    assert galaxy["version"] == version
    core = re.search(r"core (\d+\.\d+)", run(project, "ansible-playbook", "--version"))[1]
    runtime = yaml.safe_load((COLLECTION / "meta/runtime.yml").read_text())
    least, below = re.match(r">=([\d.]+),<([\d.]+)$", runtime["requires_ansible"]).groups()
    numbers = [tuple(map(int, it.split(".")[:2])) for it in (least, core, below)]
    assert numbers[0] <= numbers[1] < numbers[2], "the suite runs with a version that requires_ansible does not name"
    assert set(runtime["action_groups"]["all"]) == set(MODULES)


def test_ansible_doc_shows_everything(project):
    for name in MODULES:
        module = f"sps.config.{name}"
        docs = json.loads(run(project, "ansible-doc", "--json", module))[module]
        assert docs["examples"] and docs["return"] and docs["doc"]["short_description"]
        for option, facts in docs["doc"]["options"].items():
            assert facts["description"] and facts["type"], option
        assert docs["doc"]["options"]["password"]["type"] == "str"
        examples = yaml.safe_load(docs["examples"])
        known = set(docs["doc"]["options"])
        for example in examples:
            assert set(example.get(module, {})) <= known, example


def test_a_newcomer_brings_three_appliances_to_the_same_configuration(project, clone, tmp_path):
    """Does what the README says, in an empty folder with the archive installed."""
    text = (COLLECTION / "README.md").read_text()
    section = text.split("## Three appliances in five minutes")[1].split("\n## ")[0]
    blocks = re.findall(r"```(sh|yaml)\n(.*?)```", section, re.S)
    start, hosts, play, commands, second = (it for _, it in blocks)
    folder = tmp_path / "newcomer"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin/sps").symlink_to(SPS)
    installed = dict(ANSIBLE_COLLECTIONS_PATH=str(folder / "collections"))
    run(project, "ansible-galaxy", "collection", "install", clone, "-p", folder / "collections", env=installed)
    # Other ports, because those of the page may be taken.
    for number in (1, 2, 3):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = str(probe.getsockname()[1])
        start, hosts = start.replace("844$n", "$(cat port$n)"), hosts.replace(f"844{number}", port)
        (folder / f"port{number}").write_text(port)
    (folder / "hosts.yml").write_text(hosts)
    (folder / "play.yml").write_text(play)
    (folder / "files.yml").write_text(second)
    environment = project.env(
        PATH=f"{folder / 'bin'}{os.pathsep}{BIN}{os.pathsep}/usr/bin{os.pathsep}/bin", **installed
    )
    wait = "for n in 1 2 3; do while [ ! -s sim$n.pem ]; do sleep 0.1; done; done"
    end = "trap 'kill $(jobs -p)' EXIT"
    script = f"{end}\n{start}\n{wait}\nset -e\n{commands}ansible-playbook -i hosts.yml files.yml\n"
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, check=False, timeout=280
    )
    plays = done.stdout.split("PLAY RECAP")[1:]
    assert len(plays) == 4, done.stdout
    for index, changed in enumerate((2, 2, 0)):
        counts = re.findall(r"changed=(\d+).*failed=(\d+)", plays[index])[:3]
        assert counts == [(str(changed), "0")] * 3, done.stdout
    assert "failed=1" not in plays[3] and (folder / "site/management/health_monitoring.yaml").is_file(), done.stdout
