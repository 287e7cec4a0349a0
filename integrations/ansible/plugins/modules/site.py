#!/usr/bin/python
# SPDX-License-Identifier: MIT OR Apache-2.0
"""The configuration of an appliance."""

from __future__ import annotations

DOCUMENTATION = r"""
module: site
short_description: Bring an appliance to what files or objects describe
version_added: "0.1.0"
description:
  - Brings an appliance of Safeguard for Privileged Sessions (SPS) to what a tree of files, or the objects in the task, describe.
  - Everything takes effect in one transaction, or nothing does. What is not described is left alone.
  - Everything is checked before any request, and read back and compared again after the commit.
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
  path:
    description:
      - The folder with a tree of files, as C(sps export) and M(sps.config.export) write it.
      - An absolute path is one on the host that runs the module.
      - A relative path is looked up on the controller, as Ansible looks up files - in a role its C(files) folder and the role, then
        the C(files) folder of the playbook and the folder of the playbook, never the folder in which you start Ansible. It needs a
        module that runs on the controller, as with C(connection=local).
    type: path
  objects:
    description:
      - Objects by label. A label is the path of the endpoint, and in a collection a slash and the name of the object, in which C(%)
        and C(/) are written V(%25) and V(%2F).
      - Each value is the body of an object, as O(sps.config.object#module:body) describes it.
      - They are hidden in logs and in the invocation, because they may have secrets.
    type: dict
  settings:
    description:
      - What the objects are for, as C(sps.toml) says it for a tree.
    type: dict
    suboptions:
      target:
        description: The version for which the objects are checked.
        type: str
      owned:
        description: Collections in which other objects are deleted.
        type: list
        elements: str
      ignored:
        description: Endpoints and objects that are left alone.
        type: list
        elements: str
      unknown:
        description: Endpoints that no guide shows.
        type: list
        elements: str
      allow:
        description: Codes of rules that the objects may break.
        type: list
        elements: str
      moved:
        description: Objects that get another name.
        type: list
        elements: dict
        suboptions:
          from:
            description: The old label.
            type: str
            required: true
          to:
            description: The new label.
            type: str
            required: true
  state:
    description:
      - With V(applied), the appliance is brought to what is described.
      - With V(planned), nothing is changed, as in check mode, and RV(ignore:changed) says whether there is something to change.
    type: str
    choices: [applied, planned]
    default: applied
  only:
    description:
      - Labels of objects or endpoints to which the plan is limited.
    type: list
    elements: str
    default: []
  delete_all:
    description:
      - Owned collections of which every object may be deleted.
    type: list
    elements: str
    default: []
  rotate:
    description:
      - Secrets that are set anew even if they seem to be the same, as label and pointer, such as
        V(management/snmp/trap/version/value/auth_password).
    type: list
    elements: str
    default: []
  commit_message:
    description:
      - The commit message for the change log of the appliance, where commits have one.
    type: str
  secrets:
    description:
      - >-
        Values for C({$secret: "env:NAME"}), by name. The module hands them to C(sps) by its environment.
    type: dict
    default: {}
  secret_dir:
    description:
      - >-
        Folders below which C({$secret: "file:PATH"}) may read. Without any, every folder.
    type: list
    elements: path
    default: []
  secret_prefix:
    description:
      - >-
        Starts of the names that C({$secret: "env:NAME"}) may read. Without any, every name.
    type: list
    elements: str
    default: []
  allow_commands:
    description:
      - >-
        Whether C({$secret: "command:LINE"}) may run programs.
    type: bool
    default: false
seealso:
  - module: sps.config.export
  - module: sps.config.object
"""

EXAMPLES = r"""
- name: What the files describe
  sps.config.site:
    host: sps.example.com
    user: admin
    password: "{{ sps_password }}"
    ca_file: /etc/ssl/sps-ca.pem
    path: site
    secrets:
      TRAP_AUTH: "{{ vault_trap_auth }}"

- name: Two objects, and no other time policies
  sps.config.site:
    objects:
      management/health_monitoring:
        maximum_disk_utilization_ratio: 80
        maximum_load1: null
        maximum_load5: null
        maximum_load15: null
        maximum_swap_utilization_ratio: 70
      policies/time_policies/always:
        name: always
        Mon: [["0:00", "23:59"]]
        Tue: [["0:00", "23:59"]]
        Wed: [["0:00", "23:59"]]
        Thu: [["0:00", "23:59"]]
        Fri: [["0:00", "23:59"]]
        Sat: [["0:00", "23:59"]]
        Sun: [["0:00", "23:59"]]
    settings:
      target: "8.0"
      owned:
        - policies/time_policies

- name: What would change
  sps.config.site:
    path: site
    state: planned
  register: plan
"""

RETURN = r"""
objects:
  description: What changes, or changed. Empty if the appliance is as it is described.
  returned: always, unless there is no plan
  type: list
  elements: dict
  sample:
    - label: management/email
      action: change
      changes:
        - {op: replace, pointer: /smtp_server/value, before: mail.example.com, after: mail.example.net}
      notes: []
summary:
  description: How many objects are created, changed, deleted and left alone.
  returned: always, unless there is no plan
  type: dict
  sample: {create: 0, change: 1, delete: 0, unchanged: 12}
appliance:
  description: Name, version and address of the appliance.
  returned: always, unless there is no plan
  type: dict
diagnostics:
  description: On failure, every finding about the files or objects, with C(source), C(code), C(severity), C(pointer), C(message) and
    C(help).
  returned: failure
  type: list
  elements: dict
error:
  description: On failure, the error of C(sps) with C(message), C(causes), C(help) and C(status).
  returned: failure
  type: dict
"""

import os

from ansible_collections.sps.config.plugins.module_utils.sps import (
    CONNECTION,
    SECRETS,
    Module,
    Sps,
    TemporaryTree,
    Tree,
    each,
    plan_and_apply,
)


def main():
    """Runs the module."""
    texts = dict(type="list", elements="str")
    module = Module(
        argument_spec=dict(
            CONNECTION,
            path=dict(type="path"),
            objects=dict(type="dict", no_log=True),
            settings=dict(
                type="dict",
                options=dict(
                    target=dict(type="str"),
                    owned=texts,
                    ignored=texts,
                    unknown=texts,
                    allow=texts,
                    moved=dict(
                        type="list",
                        elements="dict",
                        options={
                            "from": dict(type="str", required=True),
                            "to": dict(type="str", required=True),
                        },
                    ),
                ),
            ),
            state=dict(type="str", choices=["applied", "planned"], default="applied"),
            only=dict(texts, default=[]),
            delete_all=dict(texts, default=[]),
            rotate=dict(texts, default=[], no_log=False),
            commit_message=dict(type="str"),
            secrets=dict(SECRETS["secrets"], default={}),
            secret_dir=dict(type="list", elements="path", default=[], no_log=False),
            secret_prefix=dict(texts, default=[], no_log=False),
            allow_commands=dict(type="bool", default=False),
        ),
        mutually_exclusive=[("path", "objects"), ("path", "settings")],
        required_one_of=[("path", "objects")],
        supports_check_mode=True,
    )
    params = module.params
    sps = Sps(module)
    if params["path"] is None:
        for label, body in params["objects"].items():
            if not isinstance(body, dict):
                module.fail_json(msg="objects: %s is no object: expected a dictionary with the members of the body" % label)
        tree = TemporaryTree(module, params["objects"], params["settings"])
    else:
        path = os.path.abspath(params["path"])
        if not os.path.isdir(path):
            found = "is no folder" if os.path.exists(path) else "does not exist"
            module.fail_json(msg="path: the tree %s %s" % (path, found))
        tree = Tree(path)
    options = each("--only", params["only"]) + each("--rotate", params["rotate"])
    options += each("--secret-dir", params["secret_dir"]) + each("--secret-prefix", params["secret_prefix"])
    if params["allow_commands"]:
        options.append("--allow-commands")
    is_planned = module.check_mode or params["state"] == "planned"
    if not is_planned:
        options += each("--delete-all", params["delete_all"])
        if params["commit_message"]:
            options.append("--message=%s" % params["commit_message"])
    result, _plan = plan_and_apply(module, sps, tree, options, is_planned)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
