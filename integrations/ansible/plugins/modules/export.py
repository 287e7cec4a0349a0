#!/usr/bin/python
# SPDX-License-Identifier: MIT OR Apache-2.0
"""The configuration of an appliance as files."""

from __future__ import annotations

DOCUMENTATION = r"""
module: export
short_description: Write the configuration of an appliance as files
version_added: "0.1.0"
description:
  - Writes what an appliance of Safeguard for Privileged Sessions (SPS) has as a tree of files, which M(sps.config.site) can apply.
  - >-
    References become names of objects, and secrets C({$secret: keep}). No file has a secret.
  - In a tree that is there, files change only where the appliance differs, and their comments stay. A file that was edited after the
    last export is not overwritten.
author:
  - The authors of sps (@sps-rs)
extends_documentation_fragment:
  - sps.config.connection
attributes:
  check_mode:
    description: The module reads the appliance and writes no file.
    support: full
  diff_mode:
    description: The names of the files that change.
    support: partial
    details: The contents of the files are not shown.
options:
  dest:
    description:
      - The folder of the tree. It is made if it is not there.
      - An absolute path is one on the host that runs the module. A relative path starts at the folder of the playbook, also in a
        role, and needs a module that runs on the controller, as with C(connection=local).
    type: path
    required: true
  only:
    description:
      - Labels of objects, endpoints or areas to which the export is limited.
    type: list
    elements: str
    default: []
  format:
    description:
      - The format of new files.
    type: str
    choices: [yaml, json]
    default: yaml
  force:
    description:
      - Whether files are overwritten that were edited after the last export, and those of another appliance.
    type: bool
    default: false
  skip_unreadable:
    description:
      - Whether what cannot be read is left out, with a warning, instead of failing the task.
    type: bool
    default: false
seealso:
  - module: sps.config.site
"""

EXAMPLES = r"""
- name: The configuration as files beside the playbook
  sps.config.export:
    host: "{{ inventory_hostname }}"
    user: admin
    password: "{{ sps_password }}"
    ca_file: /etc/ssl/sps-ca.pem
    dest: exports/{{ inventory_hostname }}

- name: Time policies only
  sps.config.export:
    dest: /srv/sps/site
    only:
      - policies/time_policies
    force: true
"""

RETURN = r"""
dest:
  description: The absolute path of the tree.
  returned: always
  type: str
files:
  description: The files that change, or changed.
  returned: success
  type: list
  elements: dict
  sample:
    - {file: management/email.yaml, action: add}
summary:
  description: How many files are added, changed, removed and left alone.
  returned: success
  type: dict
  sample: {add: 46, change: 0, remove: 0, unchanged: 0}
error:
  description: On failure, the error of C(sps) with C(message), C(causes), C(help) and C(status).
  returned: failure
  type: dict
"""

import os

from ansible_collections.sps.config.plugins.module_utils.sps import (
    CONNECTION,
    STATUS_DIFFERENT,
    STATUS_DONE,
    Module,
    Sps,
    each,
    fail,
    warn,
)


def main():
    """Runs the module."""
    module = Module(
        argument_spec=dict(
            CONNECTION,
            dest=dict(type="path", required=True),
            only=dict(type="list", elements="str", default=[]),
            format=dict(type="str", choices=["yaml", "json"], default="yaml"),
            force=dict(type="bool", default=False),
            skip_unreadable=dict(type="bool", default=False),
        ),
        supports_check_mode=True,
    )
    params = module.params
    sps = Sps(module)
    dest = os.path.abspath(params["dest"])
    command = ["export", dest, "--report", "json", "--format", params["format"]]
    command += each("--only", params["only"])
    for name in ("force", "skip_unreadable"):
        if params[name]:
            command.append("--" + name.replace("_", "-"))
    if module.check_mode:
        command.append("--dry-run")
    outcome = sps.run(command)
    if outcome.status not in (STATUS_DONE, STATUS_DIFFERENT):
        fail(module, outcome, dest=dest)
    warn(module, outcome)
    files = outcome.document["files"]
    result = dict(changed=bool(files), dest=dest, files=files, summary=outcome.document["summary"])
    if module._diff:
        signs = dict(add="+", remove="-", change="~")
        result["diff"] = dict(prepared="".join("%s %s\n" % (signs[it["action"]], it["file"]) for it in files))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
