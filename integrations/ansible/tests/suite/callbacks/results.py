"""Writes every result of a run as a line of JSON, as callbacks for programs do."""

from __future__ import annotations

import json
import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: results
type: notification
short_description: Results as lines of JSON
description: Results as lines of JSON, in the file that RESULTS names.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "results"
    CALLBACK_NEEDS_ENABLED = True

    def write(self, kind, result):
        with open(os.environ["RESULTS"], "a", encoding="utf-8") as stream:
            line = dict(kind=kind, host=result._host.get_name(), task=result._task.get_name(), result=dict(result._result, failed=kind != "ok"))
            stream.write(json.dumps(line, default=str) + "\n")

    def v2_runner_on_ok(self, result):
        self.write("ok", result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self.write("failed", result)

    def v2_runner_on_unreachable(self, result):
        self.write("unreachable", result)
