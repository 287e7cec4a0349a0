#!/usr/bin/python
# SPDX-License-Identifier: MIT OR Apache-2.0
"""What an appliance says."""

from __future__ import annotations

DOCUMENTATION = r"""
module: info
short_description: Read facts and objects of an appliance
version_added: "0.1.0"
description:
  - Reads the name and version of an appliance of Safeguard for Privileged Sessions (SPS), and any number of endpoints.
  - The appliance hides passwords and keys, but shows SNMP communities. Set C(no_log) on a task that reads some.
author:
  - The authors of sps (@sps-rs)
extends_documentation_fragment:
  - sps.config.connection
attributes:
  check_mode:
    description: The module only reads.
    support: full
  diff_mode:
    description: There is nothing to show, because nothing changes.
    support: none
options:
  endpoints:
    description:
      - The endpoints and objects to read, as paths below C(/api/configuration/) or from C(/api) on, such as V(management/email),
        V(/api/health_status) or V(audit/sessions?limit=5).
    type: list
    elements: str
    default: []
  form:
    description:
      - With V(response), the whole response of the appliance.
      - With V(request), the body that can be sent back, with references as bare keys.
    type: str
    choices: [response, request]
    default: response
seealso:
  - module: sps.config.export
  - module: sps.config.object
"""

EXAMPLES = r"""
- name: Which version is it?
  sps.config.info:
    host: sps.example.com
    user: admin
    password: "{{ sps_password }}"
    ca_file: /etc/ssl/sps-ca.pem
  register: sps

- name: Refuse an old version
  ansible.builtin.assert:
    that: sps.appliance.firmware_version is version("7.0", ">=")

- name: Mail and health
  sps.config.info:
    endpoints:
      - management/email
      - /api/health_status
"""

RETURN = r"""
appliance:
  description: The body of C(/api/info).
  returned: success
  type: dict
  sample: {firmware_version: 8.0.1, nickname: sps}
responses:
  description: What the appliance says, by endpoint as O(endpoints) names it.
  returned: success
  type: dict
error:
  description: On failure, the error of C(sps) with C(message), C(causes), C(help) and C(status).
  returned: failure
  type: dict
"""

from ansible_collections.sps.config.plugins.module_utils.sps import (
    CONNECTION,
    STATUS_DONE,
    Module,
    Sps,
    fail,
    warn,
)


def main():
    """Runs the module."""
    module = Module(
        argument_spec=dict(
            CONNECTION,
            endpoints=dict(type="list", elements="str", default=[]),
            form=dict(type="str", choices=["response", "request"], default="response"),
        ),
        supports_check_mode=True,
    )
    for endpoint in module.params["endpoints"]:
        if endpoint.startswith("-"):
            module.fail_json(msg="endpoints: %s is no path of an endpoint" % endpoint)
    sps = Sps(module)

    def read(arguments):
        outcome = sps.run(arguments[:1] + ["--format", "json"] + arguments[1:])
        if outcome.status != STATUS_DONE:
            fail(module, outcome)
        warn(module, outcome)
        return outcome.document

    appliance = read(["info"])
    form = ["--request"] if module.params["form"] == "request" else []
    responses = dict((it, read(["get", it] + form)) for it in module.params["endpoints"])
    module.exit_json(changed=False, appliance=appliance, responses=responses)


if __name__ == "__main__":
    main()
