"""Secrets are in no output, and the rest stays readable."""

from __future__ import annotations

import subprocess
from pathlib import Path

from conftest import HEALTH, PASSWORD, policy, task

COMMUNITY = ("old-Community-81", "new-Community-92")
AUTH = ("old correct horse battery", "new correct horse battery")


def trap_2c(community):
    value = {"community": community, "server": {"selection": "ip", "value": "192.0.2.5"}}
    return {"enabled": True, "version": {"selection": "2c", "value": value}}


def agent(password):
    return {
        "enabled": True,
        "version": {
            "selection": "3",
            "value": {
                "username": "traps",
                "engine_id": "0x80001f8804a1b2c3d4",
                "auth_method": "sha",
                "auth_password": password,
                "encryption_method": "none",
                "encryption_password": None,
                "server": {"selection": "ip", "value": "192.0.2.5"},
            },
        },
    }


def mail(identity):
    """A body with a certificate and its key, made with it."""
    return {
        "admin_address": "ops@example.com",
        "alerting_address": "alerts@example.com",
        "reporting_address": "reports@example.com",
        "sender_address": None,
        "smtp_auth": {"enabled": False},
        "smtp_encryption": {
            "selection": "starttls",
            "client_authentication": {"enabled": True, "x509_identity": identity},
            "server_certificate_check": {"enabled": False},
        },
        "smtp_server": {"selection": "fqdn", "value": "mail.example.com"},
    }


def private_key(folder, name):
    """A certificate with its key, as an object that only the web interface uses."""
    folder.mkdir(exist_ok=True)
    key, certificate = folder / f"{name}.key", folder / f"{name}.crt"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "30", "-subj",
         "/CN=sps.example"],
        check=True,
        capture_output=True,
    )
    return key.read_text(), certificate.read_text()


def everything(project, run):
    """All that the run left behind on the controller, and the system log."""
    texts = [run.output]
    for file in project.folder.rglob("*"):
        # Files of the user may have the secrets.
        is_ours = file.name in ("play.yml", "hosts.yml", "raw.yml") or "collections" in file.parts or "keys" in file.parts
        if file.is_file() and not file.is_symlink() and not is_ours:
            texts.append(file.read_text(errors="replace"))
    for log in (Path("/var/log/syslog"), Path("/var/log/messages")):
        if log.exists():
            texts.append(log.read_text(errors="replace")[-1_000_000:])
    return "\n".join(texts)


def test_p009_changed_secrets_are_in_no_output(appliances, project):
    project.host("sps", appliances())
    keys = [private_key(project.folder / "keys", name) for name in ("old", "new")]

    def tasks(index):
        key, certificate = keys[index]
        return [
            task("community", "object", endpoint="management/snmp/trap", body=trap_2c(COMMUNITY[index])),
            task("other community", "object", endpoint="management/snmp/trap", body=trap_2c(COMMUNITY[1 - index])),
            task("password", "site", objects={"management/snmp/trap": agent({"$secret": "env:AUTH"})}, secrets={"AUTH": AUTH[index]}),
            task("plain", "object", endpoint="management/snmp/trap", body=agent({"$new": {"plain": AUTH[1 - index]}})),
            task("key", "object", endpoint="management/email", body=mail({"$new": {"certificate": certificate, "private_key": key}})),
        ]

    first = project.run(tasks(0), "--diff", "-vvv").succeeds()
    text = everything(project, first)
    second = project.run(tasks(1), "--diff", "-vvv").succeeds()
    text += everything(project, second)
    for name in ("community", "other community", "password", "plain", "key"):
        assert second.of(name)["changed"] and second.of(name)["diff"], second.output
    for side in ("before", "after"):
        assert "(hidden)" in second.of("other community")["diff"][0][side]
    for secret in (*COMMUNITY, *AUTH, PASSWORD, *(line for key, _ in keys for line in key.splitlines()[1:-1])):
        assert secret not in text, secret


def test_p011_a_password_of_the_environment_is_in_no_invocation(appliances, project):
    appliance = appliances()
    connection = {key: value for key, value in appliance.connection.items() if key != "password"}
    project.host("sps")
    project.hosts["sps"]["sps"] = connection
    tasks = [
        task("works", "info"),
        task("fails", "object", endpoint="management/health_monitoring", body={"bogus": 1}, ignore_errors=True),
        task("refused", "info", user="unknown", ignore_errors=True),
    ]
    run = project.run(tasks, "-vvv", env=dict(SPS_PASSWORD=PASSWORD)).succeeds()
    assert PASSWORD not in everything(project, run)
    for name in ("works", "fails", "refused"):
        arguments = run.of(name)["invocation"]["module_args"]
        assert arguments["password"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", arguments
        assert arguments["ca_file"] == str(appliance.ca_file)


def test_p013_a_mistyped_option_is_named_and_secrets_are_masked(appliances, project):
    project.host("sps", appliances())
    body = {"$new": {"plain": "horse-in-the-body"}}
    tasks = [
        task("mistyped", "object", endpoint="management/snmp/trap", boddy="horse-in-the-typo", body=body, ignore_errors=True),
        task("type", "object", endpoint="management/snmp/trap", body="horse-in-a-text", ignore_errors=True),
        task("site", "site", objects={"a/b": body}, stat="applied", ignore_errors=True),
    ]
    run = project.run(tasks, "-vvv").succeeds()
    assert "boddy" in run.of("mistyped")["msg"] and "stat" in run.of("site")["msg"], run.output
    assert "body" in run.of("type")["msg"], run.output
    text = everything(project, run)
    for secret in (PASSWORD, "horse-in-the-body", "horse-in-the-typo"):
        # Ansible shows the lines of the playbook above a task that failed.
        assert secret not in "\n".join(it for it in text.splitlines() if " | " not in it and "plain:" not in it), secret


def test_p015_short_and_common_secrets_leave_the_result_readable(appliances, project):
    appliance = appliances(password="admin")
    project.host("sps", appliance)
    users = {"name": "admin", "allow": "no_user", "except": ["admin", "true", "1"]}
    tasks = [
        task("users", "object", endpoint="policies/userlists", name="admin", body=users, secrets={"A": "a", "B": "1", "C": "true"}),
        task("again", "object", endpoint="policies/userlists", name="admin", body=users, secrets={"A": "a", "B": "1", "C": "true"}),
        task("health", "site", objects={"management/health_monitoring": dict(HEALTH, maximum_disk_utilization_ratio=1)}),
    ]
    run = project.run(tasks, "-vvv", "--diff").succeeds()
    result = run.of("users")
    assert result["changed"] is True and run.of("again")["changed"] is False
    assert result["objects"][0]["label"] == "policies/userlists/admin"
    assert '"admin"' in result["diff"][0]["after"] and '"true"' in result["diff"][0]["after"]
    assert run.of("health")["objects"][0]["changes"][0]["after"] == 1
    assert result["invocation"]["module_args"]["user"] == "admin"
    assert result["invocation"]["module_args"]["password"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    wrong = project.run([task("wrong", "info", password="1", ignore_errors=True)]).of("wrong")
    assert wrong["changed"] is False and "VALUE_SPECIFIED" not in wrong["msg"], wrong


def test_secrets_have_names_that_mean_nothing_else(appliances, project):
    project.host("sps", appliances())
    tasks = [
        task(name, "object", endpoint="policies/time_policies", name="x", body=policy("x"), secrets={name: value}, ignore_errors=True)
        for name, value in (("PATH", "x"), ("SPS_HOST", "x"), ("a b", "x"), ("EMPTY", ""), ("LIST", ["x"]))
    ]
    run = project.run(tasks).succeeds()
    for it in tasks:
        assert run.of(it["name"])["msg"].startswith(f"secrets: {it['name']} "), run.output
