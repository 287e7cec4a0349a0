"""Finds a tree beside the playbook, and sees the types of objects before they become JSON."""

from __future__ import annotations

import os

from ansible.errors import AnsibleError
from ansible_collections.sps.config.plugins.plugin_utils.controller import (
    SpsAction,
    check_types,
    is_relative,
)


class ActionModule(SpsAction):
    """The controller's part of sps.config.site."""

    def prepare(self, arguments, task_vars):
        """Looks a relative path up."""
        objects = arguments.get("objects")
        if isinstance(objects, dict):
            for label, body in objects.items():
                try:
                    check_types(body, "")
                except AnsibleError as error:
                    raise AnsibleError("%s: %s" % (label, error.message)) from error
        path = arguments.get("path")
        if not is_relative(path):
            return
        self.require_local("path", path)
        places = self.places(path, task_vars)
        found = [it for it in places if os.path.isdir(it)]
        if not found:
            raise AnsibleError("path: there is no tree %s; looked for %s" % (path, ", ".join(places)))
        arguments["path"] = found[0]
