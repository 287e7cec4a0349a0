"""What the controller does before a module runs: it sees types and paths that the module cannot see."""

from __future__ import annotations

import datetime
import os

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase


class SpsAction(ActionBase):
    """Prepares the arguments, and runs the module of the same name."""

    TRANSFERS_FILES = False

    def prepare(self, arguments, task_vars):
        """Changes the arguments of the module. A mistake is an AnsibleError."""

    def run(self, tmp=None, task_vars=None):
        """Runs the module."""
        task_vars = task_vars or {}
        result = super().run(tmp, task_vars)
        del tmp
        arguments = dict(self._task.args)
        try:
            self.prepare(arguments, task_vars)
        except AnsibleError as error:
            result.update(failed=True, changed=False, msg=error.message)
            return result
        result.update(self._execute_module(module_args=arguments, task_vars=task_vars, wrap_async=self._task.async_val))
        return result

    def is_local(self):
        """Whether the module runs on the controller."""
        return self._connection.transport == "local"

    def require_local(self, option, path):
        """Refuses a relative path where the module runs on another host."""
        if not self.is_local():
            raise AnsibleError(
                "%s: %s is relative, and the module runs on another host: write an absolute path, or set connection to local"
                % (option, path)
            )

    def places(self, path, task_vars):
        """Where a relative path is looked up, as Ansible does it for files."""
        places = []
        for folder in self._task.get_search_path() + [task_vars.get("playbook_dir") or self._loader.get_basedir()]:
            for place in (os.path.join(folder, "files"), folder):
                place = os.path.abspath(os.path.join(place, path))
                if place not in places:
                    places.append(place)
        return places


def is_relative(path):
    """Whether a path means different things on different hosts."""
    return isinstance(path, str) and bool(path) and not path.startswith(("/", "~", "$"))


def check_types(value, place):
    """Refuses what YAML makes of a text without quotes and JSON cannot carry: the appliance would get another text."""
    if isinstance(value, dict):
        for key, member in value.items():
            if not isinstance(key, str):
                raise AnsibleError(
                    "%s: the key %s is %s, not a text; quote it" % (place or "/", key, kind(key))
                )
            name = key.replace("~", "~0").replace("/", "~1")
            check_types(member, "%s/%s" % (place, name))
    elif isinstance(value, (list, tuple)):
        for index, element in enumerate(value):
            check_types(element, "%s/%s" % (place, index))
    elif isinstance(value, (datetime.date, datetime.time, bytes, set, frozenset)):
        raise AnsibleError(
            "%s: expected a value of JSON, found %s; quote the value: without quotes, YAML 1.1 reads a text such as 2026-01-01 "
            "as a date" % (place or "/", kind(value))
        )


def kind(value):
    """What a value is, for people."""
    for types, name in (
        (bool, "a boolean"),
        (int, "a number"),
        (float, "a number"),
        (datetime.datetime, "a date with a time"),
        (datetime.date, "a date"),
        (datetime.time, "a time"),
        (bytes, "binary data"),
        ((set, frozenset), "a set"),
        (type(None), "null"),
    ):
        if isinstance(value, types):
            return name
    return "no text"
