"""Sees the types of a body before they become JSON."""

from __future__ import annotations

from ansible_collections.sps.config.plugins.plugin_utils.controller import SpsAction, check_types


class ActionModule(SpsAction):
    """The controller's part of sps.config.object."""

    def prepare(self, arguments, task_vars):
        """Refuses a body with values that JSON does not have."""
        check_types(arguments.get("body"), "")
