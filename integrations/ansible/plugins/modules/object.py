#!/usr/bin/python
# SPDX-License-Identifier: MIT OR Apache-2.0
"""One object of an appliance."""

from __future__ import annotations

DOCUMENTATION = r"""
module: object
short_description: Set or delete one object of an appliance
version_added: "0.1.0"
description:
  - Brings one object of Safeguard for Privileged Sessions (SPS) to what the task says, in one transaction that takes effect as a
    whole or not at all.
  - The body is checked before any request, and compared with the object in the normal form of the API, so that another notation
    of an equal value is no change.
  - The object gets the whole body. Members that the body lacks are an error, or, where the API does not know them, stay.
author:
  - The authors of sps (@sps-rs)
extends_documentation_fragment:
  - sps.config.connection
attributes:
  check_mode:
    description: The module plans and changes nothing.
    support: full
  diff_mode:
    description: The members that change, before and after, without secrets.
    support: full
options:
  endpoint:
    description:
      - The endpoint, as its path below C(/api/configuration/), such as V(management/email) or V(policies/time_policies).
      - C(sps endpoints) lists all of them, and C(sps show ENDPOINT) describes one.
    type: str
    required: true
  name:
    description:
      - In a collection, the name of the object, or its key where objects have no name.
      - Leave it out for an endpoint with one object.
    type: str
  state:
    description:
      - With V(present), the object has the O(body).
      - With V(absent), the object of this O(name) is not there.
    type: str
    choices: [present, absent]
    default: present
  body:
    description:
      - The whole body of a request, as C(sps template ENDPOINT) prints it, with four notations in place of a value.
      - >-
        C({$ref: policies/time_policies/office-hours}) is a reference to the object with this name.
      - >-
        C({$secret: "env:NAME"}) is a secret out of O(secrets), and C({$secret: keep}) the one that the appliance has.
      - >-
        C({$new: {...}}) is an object that only this one uses, such as a certificate with its key.
      - Quote texts that YAML may take for something else, such as V("22:30"), V("no"), V("0755") and V("2026-01-01"). A value of the
        wrong type fails the task before any request.
      - The body is hidden in logs and in the invocation, because it may have secrets.
    type: dict
  secrets:
    description:
      - Values for C($secret) in the body, by name. The module hands them to C(sps) by its environment.
    type: dict
    default: {}
  allow:
    description:
      - Codes of rules that the body may break, such as V(weak-encryption). C(unknown-key) lets members pass that no source shows.
    type: list
    elements: str
    default: []
  rotate:
    description:
      - Pointers of secrets that are set anew even if they seem to be the same, such as
        V(/version/value/auth_password).
    type: list
    elements: str
    default: []
  commit_message:
    description:
      - The commit message for the change log of the appliance, where commits have one.
    type: str
seealso:
  - module: sps.config.site
  - module: sps.config.info
"""

EXAMPLES = r"""
- name: Watch the disks closely
  sps.config.object:
    host: sps.example.com
    user: admin
    password: "{{ sps_password }}"
    ca_file: /etc/ssl/sps-ca.pem
    endpoint: management/health_monitoring
    body:
      maximum_disk_utilization_ratio: 80
      maximum_load1: null
      maximum_load5: null
      maximum_load15: null
      maximum_swap_utilization_ratio: 70

- name: Office hours for auditors
  sps.config.object:
    endpoint: policies/time_policies
    name: office-hours
    body:
      name: office-hours
      Mon: [["8:00", "17:00"]]
      Tue: [["8:00", "17:00"]]
      Wed: [["8:00", "17:00"]]
      Thu: [["8:00", "17:00"]]
      Fri: [["8:00", "17:00"]]
      Sat: []
      Sun: []

- name: Encrypted traps, with passwords from a vault
  sps.config.object:
    endpoint: management/snmp/trap
    body:
      enabled: true
      version:
        selection: "3"
        value:
          username: traps
          engine_id: "0x80001F8804A1B2C3D4"
          auth_method: sha
          auth_password: {$secret: "env:TRAP_AUTH"}
          encryption_method: aes
          encryption_password: {$secret: "env:TRAP_PRIVACY"}
          server: {selection: ip, value: "192.0.2.25"}
    secrets:
      TRAP_AUTH: "{{ vault_trap_auth }}"
      TRAP_PRIVACY: "{{ vault_trap_privacy }}"

- name: No night shift any more
  sps.config.object:
    endpoint: policies/time_policies
    name: night-shift
    state: absent
"""

RETURN = r"""
objects:
  description: What changes, or changed. Empty if the appliance has the object as the task describes it.
  returned: always, unless there is no plan
  type: list
  elements: dict
  sample:
    - label: management/health_monitoring
      action: change
      changes:
        - {op: replace, pointer: /maximum_disk_utilization_ratio, before: 90, after: 80}
      notes: []
summary:
  description: How many objects are created, changed, deleted and left alone.
  returned: always, unless there is no plan
  type: dict
  sample: {create: 0, change: 1, delete: 0, unchanged: 0}
appliance:
  description: Name, version and address of the appliance.
  returned: always, unless there is no plan
  type: dict
diagnostics:
  description: On failure, every finding about the body, with C(code), C(severity), C(pointer), C(message) and C(help).
  returned: failure
  type: list
  elements: dict
error:
  description: On failure, the error of C(sps) with C(message), C(causes), C(help) and C(status).
  returned: failure
  type: dict
"""

from ansible_collections.sps.config.plugins.module_utils.sps import (
    CONNECTION,
    SECRETS,
    Module,
    Sps,
    TemporaryTree,
    each,
    label_of,
    plan_and_apply,
)


def main():
    """Runs the module."""
    module = Module(
        argument_spec=dict(
            CONNECTION,
            endpoint=dict(type="str", required=True),
            name=dict(type="str"),
            state=dict(type="str", choices=["present", "absent"], default="present"),
            body=dict(type="dict", no_log=True),
            secrets=dict(SECRETS["secrets"], default={}),
            allow=dict(type="list", elements="str", default=[]),
            rotate=dict(type="list", elements="str", default=[], no_log=False),
            commit_message=dict(type="str"),
        ),
        required_if=[("state", "present", ["body"]), ("state", "absent", ["name"])],
        supports_check_mode=True,
    )
    params = module.params
    label = label_of(params["endpoint"], params["name"])
    sps = Sps(module)
    if params["state"] == "present":
        tree = TemporaryTree(module, {label: params["body"]}, dict(allow=params["allow"]))
        options = each("--rotate", [label + it for it in params["rotate"]])
    else:
        # A tree that owns the collection, limited to this one object.
        collection = label_of(params["endpoint"], None)
        tree = TemporaryTree(module, {}, dict(owned=[collection]))
        options = ["--only=%s" % label]
        if not module.check_mode:
            options.append("--delete-all=%s" % collection)
    if params["commit_message"] and not module.check_mode:
        options.append("--message=%s" % params["commit_message"])
    result, plan = plan_and_apply(module, sps, tree, options, module.check_mode)
    for planned in plan["objects"]:
        # It is there, and the plan leaves it alone.
        if params["state"] == "absent" and planned["action"] == "none":
            module.fail_json(msg="%s: %s" % (label, "; ".join(planned["notes"])), **result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
