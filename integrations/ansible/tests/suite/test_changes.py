"""Check mode, changed and differences."""

from __future__ import annotations

from conftest import HEALTH, policy, task

POLICY = "policies/time_policies"


def tasks(dest="exported"):
    """One task of each kind that changes something."""
    return [
        task("site", "site", objects={"management/health_monitoring": HEALTH}),
        task("present", "object", endpoint=POLICY, name="night", body=policy("night")),
        task("absent", "object", endpoint=POLICY, name="old", state="absent"),
        task("export", "export", dest=dest, only=[POLICY]),
    ]


def test_p001_check_mode_writes_nothing(appliances, project):
    both = [appliances(), appliances()]
    for number, appliance in enumerate(both):
        project.host(f"sps{number}", appliance)
    project.run([task("prepare", "object", endpoint=POLICY, name="old", body=policy("old"))]).succeeds()
    before = [len(it.requests()) for it in both]
    run = project.run(tasks("exported/{{ inventory_hostname }}"), "--check", "--diff").succeeds()
    for number, (appliance, count) in enumerate(zip(both, before)):
        requests = appliance.requests()[count:]
        writes = [it for it in requests if it["method"] != "GET" and it["path"] != "/api/authentication"]
        assert requests and not writes
        assert appliance.sps("transaction", "status")["status"] == "closed"
        for name in ("site", "present", "absent", "export"):
            assert run.of(name, f"sps{number}")["changed"] is True, run.output
    assert not (project.folder / "exported").exists()


def test_p003_the_run_after_a_check_makes_exactly_the_planned_changes(appliances, project):
    appliance = appliances()
    project.host("sps", appliance)
    project.run([task("prepare", "object", endpoint=POLICY, name="old", body=policy("old"))]).succeeds()
    checked = project.run(tasks(), "--check").succeeds()
    made = project.run(tasks(), "--diff").succeeds()
    for name in ("site", "present", "absent"):
        planned, done = checked.of(name), made.of(name)
        assert planned["changed"] is True and planned["objects"], checked.output
        assert planned["objects"] == done["objects"]
    diff = made.of("site")["diff"][0]
    assert diff["before_header"] == "management/health_monitoring"
    assert "/maximum_disk_utilization_ratio: 80" in diff["before"]
    assert "/maximum_disk_utilization_ratio: 81" in diff["after"]
    assert "+/maximum_disk_utilization_ratio: 81" in made.output
    again = project.run(tasks(), "--diff").succeeds()
    for name in ("site", "present", "absent", "export"):
        result = again.of(name)
        assert result["changed"] is False, again.output
        assert result.get("objects", []) == []
    assert appliance.body("management/health_monitoring") == HEALTH
    names = [it["body"]["name"] for it in appliance.sps("get", POLICY)["items"]]
    assert "night" in names and "old" not in names


def test_p005_another_notation_is_no_change(appliances, project):
    project.host("sps", appliances())
    trap = {
        "enabled": True,
        "version": {
            "selection": "3",
            "value": {
                "username": "traps",
                "engine_id": "0x80001f8804a1b2c3d4",
                "auth_method": "sha",
                "auth_password": {"$secret": "env:TRAP"},
                "encryption_method": "none",
                "encryption_password": None,
                "server": {"selection": "ip", "value": "2001:0db8:0000:0000:0000:0000:0000:0001"},
            },
        },
    }

    def run():
        users = {"name": "ops", "allow": "no_user", "except": ["ann", "bob"]}
        both = [
            task("trap", "object", endpoint="management/snmp/trap", body=trap, secrets={"TRAP": "correct horse"}),
            task("users", "object", endpoint="policies/userlists", name="ops", body=users),
        ]
        return project.run(both).succeeds()

    assert run().of("trap")["changed"] is True
    assert run().of("trap")["changed"] is False
    value = trap["version"]["value"]
    value["server"]["value"] = "2001:db8::1"
    value["engine_id"] = "0x80001F8804A1B2C3D4"
    other = run()
    assert other.of("trap")["changed"] is False, other.output
    assert other.of("users")["changed"] is False, other.output


def test_p007_what_yaml_made_of_a_text_fails_before_any_request(appliances, project):
    appliance = appliances()
    project.host("sps", appliance)
    book = """
- name: number
  sps.config.object:
    endpoint: policies/time_policies
    name: night
    body: {name: night, Mon: [[22:30, "23:00"]], Tue: [], Wed: [], Thu: [], Fri: [], Sat: [], Sun: []}
  ignore_errors: true
- name: boolean
  sps.config.object:
    endpoint: policies/time_policies
    name: night
    body: {name: no, Mon: [], Tue: [], Wed: [], Thu: [], Fri: [], Sat: [], Sun: []}
  ignore_errors: true
- name: octal
  sps.config.site:
    objects:
      policies/userlists/ops: {name: 0755, allow: no_user, except: []}
  ignore_errors: true
- name: date
  sps.config.object:
    endpoint: policies/userlists
    name: ops
    body: {name: ops, allow: no_user, except: [2026-01-01]}
  ignore_errors: true
- name: date inline
  sps.config.site:
    objects:
      policies/userlists/ops: {name: ops, allow: no_user, except: [2026-01-01 08:00:00]}
  ignore_errors: true
- name: key
  sps.config.object:
    endpoint: policies/userlists
    name: ops
    body: {name: ops, allow: no_user, no: []}
  ignore_errors: true
"""
    project.write("raw.yml", "- hosts: all\n  gather_facts: false\n  module_defaults: {group/sps.config.all: '{{ sps }}'}\n  tasks:\n"
                  + "".join(f"  {line}\n" for line in book.splitlines()))
    run = project.run(project.folder / "raw.yml")
    for name, pointer, kind in (
        ("number", "/Mon/0/0", "number"),
        ("boolean", "/name", "boolean"),
        ("octal", "/name", "number"),
        ("date", "/except/0", "a date"),
        ("date inline", "/except/0", "a date with a time"),
        ("key", "/", "a boolean"),
    ):
        result = run.of(name)
        assert result["failed"] and not result["changed"], run.output
        for part in (pointer, kind, "quote"):
            assert part in result["msg"], (name, result["msg"])
    assert appliance.requests() == []


def test_an_absent_object_that_is_built_in_or_in_use_is_an_error(appliances, project):
    project.host("sps", appliances())
    run = project.run(
        [
            task("built in", "object", endpoint=POLICY, name="7x24", state="absent", ignore_errors=True),
            task("never there", "object", endpoint=POLICY, name="nothing", state="absent"),
        ]
    ).succeeds()
    assert "cannot be deleted" in run.of("built in")["msg"]
    assert run.of("never there")["changed"] is False


def test_labels_may_have_any_character(appliances, project):
    appliance = appliances()
    project.host("sps", appliance)
    names = ["24/7", "ünï-cödé", "50%", ".hidden", "a:b*c?", "CON", "dot.", "x" * 120]
    both = [
        task(f"make {it}", "object", endpoint=POLICY, name=it, body=policy(it)) for it in names
    ] + [task(f"end {it}", "object", endpoint=POLICY, name=it, state="absent") for it in names]
    run = project.run(both).succeeds()
    assert all(run.of(it["name"])["changed"] for it in both), run.output
    left = [it["body"]["name"] for it in appliance.sps("get", POLICY)["items"]]
    assert not set(names) & set(left)


def test_a_tree_is_planned_and_applied(appliances, project):
    appliance = appliances()
    project.host("sps", appliance)
    project.write("site/sps.toml", 'target = "8.0"\nowned = ["policies/time_policies"]\n')
    project.write("site/policies/time_policies/day.yaml", policy("day"))
    planned = project.run([task("plan", "site", path="site", state="planned")]).succeeds()
    assert planned.of("plan")["changed"] is True and appliance.writes() == []
    applied = project.run([task("apply", "site", path="site")]).succeeds()
    assert applied.of("apply")["objects"] == planned.of("plan")["objects"]
    assert project.run([task("again", "site", path="site")]).succeeds().of("again")["changed"] is False
    project.write("site/policies/time_policies/day.yaml", "")
    (project.folder / "site/policies/time_policies/day.yaml").unlink()
    emptied = project.run([task("empty", "site", path="site")])
    assert "delete" in emptied.of("empty")["msg"] and emptied.status != 0, emptied.output
    project.run([task("empty", "site", path="site", delete_all=[POLICY])]).succeeds()


def test_info_and_export(appliances, project):
    project.host("sps", appliances())
    run = project.run(
        [
            task("info", "info", endpoints=["management/email", "/api/health_status"]),
            task("request", "info", endpoints=["management/email"], form="request"),
            task("wrong", "info", endpoints=["management/emial"], ignore_errors=True),
            task("export", "export", dest="tree", format="json"),
            task("site", "site", path="tree"),
        ]
    ).succeeds()
    assert run.of("info")["appliance"]["firmware_version"].startswith("8.0")
    assert set(run.of("info")["responses"]) == {"management/email", "/api/health_status"}
    assert "smtp_server" in run.of("request")["responses"]["management/email"]
    assert "management/emial" in run.of("wrong")["msg"] and run.of("wrong")["error"]["status"] == 2
    assert run.of("export")["changed"] is True and (project.folder / "tree/management/email.json").is_file()
    assert run.of("site")["changed"] is False, run.output
