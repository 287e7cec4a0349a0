"""Measures a play over many simulated appliances: python measure.py [APPLIANCES] [FORKS].

SPS is the program. Prints time, memory and requests of a check, of the first run and of the second.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import yaml
from conftest import HEALTH, SPS, Project, policy, task


def resident(pid):
    """The resident memory of a process and its descendants, and how many they are."""
    sizes, parents = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines() if ":" in line)
        except OSError:
            continue
        parents[int(folder.name)] = int(fields["PPid"])
        sizes[int(folder.name)] = int(fields.get("VmRSS", "0 kB").split()[0])
    tree = {pid}
    while True:
        more = {child for child, parent in parents.items() if parent in tree} - tree
        if not more:
            return sum(sizes.get(it, 0) for it in tree), len(tree)
        tree |= more


class Watch(threading.Thread):
    """Remembers the peak of this process's descendants, but for one of them."""

    def __init__(self, other):
        super().__init__(daemon=True)
        self.other, self.peak, self.done = other, 0, False

    def run(self):
        while not self.done:
            self.peak = max(self.peak, resident(os.getpid())[0] - resident(self.other)[0])
            time.sleep(0.5)


def main():
    """Measures."""
    appliances = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    forks = sys.argv[2] if len(sys.argv) > 2 else "20"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project = Project(folder)
        (folder / "password").write_text("open sesame")
        command = [SPS, "sim", "--fleet", str(appliances), "--inventory", "fleet.yml", "--certificate", "ca.pem", "--log", "log"]
        sims = subprocess.Popen([*command, "--password-file", "password"], cwd=folder, stdout=subprocess.PIPE, text=True)
        for line in sims.stdout:
            if line.startswith("inventory"):
                break
        fleet = yaml.safe_load((folder / "fleet.yml").read_text())["sps"]
        for host, facts in fleet["hosts"].items():
            options = dict(host=facts["sps_host"], user="admin", password="open sesame", ca_file=str(folder / "ca.pem"))
            project.host(host, sps_binary=str(SPS), timeout=120, **options)
        objects = {"management/health_monitoring": HEALTH, "policies/time_policies/office-hours": policy("office-hours")}
        tasks = [task("site", "site", objects=objects)]

        def requests():
            log = folder / "log"
            files = [it for it in log.rglob("*") if it.is_file()] if log.is_dir() else [log]
            return sum(len(it.read_text().splitlines()) for it in files if it.exists())

        print(f"{appliances} appliances, {forks} forks, {os.cpu_count()} cores")
        print("| Run | Time | Memory at most | Requests for each appliance |\n|---|---:|---:|---:|")
        for label, options in (("check mode", ["--check"]), ("first run: all change", []), ("second run: nothing to change", [])):
            before, watch, start = requests(), Watch(sims.pid), time.monotonic()
            watch.start()
            run = project.run(tasks, "--forks", forks, *options)
            seconds, watch.done = time.monotonic() - start, True
            failed = run.status or sum(it["result"]["failed"] for it in run.results)
            each = (requests() - before) / appliances
            print(f"| {label} | {seconds:.0f} s | {watch.peak // 1024} MiB | {each:.1f} |", flush=True)
            if failed:
                sys.exit(run.output[-3000:])
        sims.terminate()
        sims.wait()


if __name__ == "__main__":
    main()
