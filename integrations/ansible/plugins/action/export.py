"""Knows the folder of the playbook."""

from __future__ import annotations

import os

from ansible_collections.sps.config.plugins.plugin_utils.controller import SpsAction, is_relative


class ActionModule(SpsAction):
    """The controller's part of sps.config.export."""

    def prepare(self, arguments, task_vars):
        """Lets a relative path start at the folder of the playbook."""
        dest = arguments.get("dest")
        if is_relative(dest):
            self.require_local("dest", dest)
            base = task_vars.get("playbook_dir") or self._loader.get_basedir()
            arguments["dest"] = os.path.abspath(os.path.join(base, dest))
