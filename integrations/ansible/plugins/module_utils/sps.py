"""What the modules share: their options, how they call the program, and how they report what it says."""

from __future__ import annotations

import atexit
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from ansible.module_utils.basic import AnsibleModule, env_fallback

# Source: docs/pipeline.md, "For programs".
SCHEMA_VERSION = 1
# The first version that has what the modules need, and the first that they do not know.
VERSIONS = ((0, 1, 0), (0, 2, 0))
# How long the program may take to print its version.
VERSION_SECONDS = 10
# A result with thousands of findings does not help; the list beside the message has all of them.
MAX_FINDINGS = 20
MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
STATUS_DONE, STATUS_DIFFERENT, STATUS_STALE = 0, 3, 4
# How long a task tries again at least where others commit at the same time.
MIN_CONFLICT_SECONDS = 10
SIGNALS = {129: "the loss of its terminal", 130: "an interruption", 143: "SIGTERM"}

CONNECTION = dict(
    host=dict(type="str", fallback=(env_fallback, ["SPS_HOST"])),
    user=dict(type="str", fallback=(env_fallback, ["SPS_USER"])),
    password=dict(type="str", no_log=True, fallback=(env_fallback, ["SPS_PASSWORD"])),
    # The program reads the variables of these itself: it takes login and trust as a whole from the first place that has them.
    password_file=dict(type="path", no_log=False),
    login_method=dict(type="str", fallback=(env_fallback, ["SPS_LOGIN_METHOD"])),
    ca_file=dict(type="path"),
    pin_sha256=dict(type="str"),
    validate_certs=dict(type="bool", default=True),
    client_cert=dict(type="path"),
    client_key=dict(type="path", no_log=False),
    # A URL may have a password.
    proxy=dict(type="str", no_log=True),
    profile=dict(type="str", fallback=(env_fallback, ["SPS_PROFILE"])),
    timeout=dict(type="int"),
    lock_wait=dict(type="int", default=30),
    spec=dict(type="path"),
    sps_binary=dict(type="str", default="sps", fallback=(env_fallback, ["SPS_BINARY"])),
)

# Options of the module and of the program.
OPTIONS = (
    ("host", "--host"),
    ("user", "--user"),
    ("password_file", "--password-file"),
    ("login_method", "--login-method"),
    ("ca_file", "--ca-file"),
    ("pin_sha256", "--pin-sha256"),
    ("client_cert", "--client-cert"),
    ("client_key", "--client-key"),
    ("proxy", "--proxy"),
    ("profile", "--profile"),
    ("timeout", "--timeout"),
    ("lock_wait", "--lock-wait"),
    ("spec", "--spec"),
)

# Secrets that the program gets by its environment.
SECRETS = dict(
    secrets=dict(type="dict", no_log=True),
)


class Module(AnsibleModule):
    """A module whose results are readable.

    Ansible replaces the values of secret options in every text of a result. A password such as "admin" or a body with "1" in
    it would garble labels, pointers and numbers. The program never prints a secret, so only the arguments are masked here.
    """

    def __init__(self, **options):
        self._is_ready = False
        super().__init__(**options)
        self._is_ready = True

    def exit_json(self, **result):
        self._unmask(result)
        super().exit_json(**result)

    def fail_json(self, msg, **result):
        self._unmask(result)
        super().fail_json(msg, **result)

    def _unmask(self, result):
        result["invocation"] = {"module_args": self._shown_arguments()}
        if self._is_ready:
            self.no_log_values = set()
            return
        # A message about arguments may quote one of them.
        self.no_log_values = {it for it in self.no_log_values if _is_secret_text(it)}

    def _shown_arguments(self):
        shown = {}
        for name, value in (getattr(self, "params", None) or {}).items():
            option = self.argument_spec.get(name)
            if option is None and not name.startswith("_"):
                # A mistyped option may be meant for a secret.
                shown[name] = MASK
            elif option and option.get("no_log") and value is not None:
                shown[name] = MASK
            else:
                shown[name] = value
        return shown


def _is_secret_text(value):
    """Whether a value can be replaced in a text without harm to the rest."""
    text = str(value)
    return len(text) >= 4 and text.lower() not in ("true", "false", "none", "null") and not text.isdigit()


class Outcome:
    """What a run of the program left behind."""

    def __init__(self, status, document, stderr):
        self.status = status
        self.document = document
        self.stderr = stderr

    @property
    def error(self):
        """The error of the document, if there is one."""
        return self.document.get("error") if isinstance(self.document, dict) else None


class Sps:
    """The program, with the connection of the module."""

    def __init__(self, module):
        self.module = module
        self.path = find_binary(module)
        self.version = self._read_version()

    def run(self, arguments, connects=True, secrets=None):
        """Runs a command and returns its outcome. A run that has no JSON document fails the module."""
        command = [self.path] + list(arguments)
        stdin = None
        if connects:
            options, stdin = connection_options(self.module.params)
            command += options
        environment = dict(os.environ)
        for name, value in (secrets or {}).items():
            environment[name] = value if isinstance(value, str) else json.dumps(value)
        try:
            status, stdout, stderr = call(command, stdin, environment)
        except OSError as error:
            self.module.fail_json(msg="cannot run %s: %s" % (self.path, error.strerror))
        stdout = stdout.decode("utf-8", "replace")
        stderr = stderr.decode("utf-8", "replace")
        try:
            document = json.loads(stdout)
        except ValueError:
            document = None
        if document is None:
            lines = stderr.strip().splitlines() or ["it printed nothing"]
            reason = SIGNALS.get(status) or SIGNALS.get(128 - status)
            if reason:
                lines = ["it was ended by %s" % reason]
            self.module.fail_json(
                msg="%s ended with status %s and without a JSON document: %s" % (self.path, status, lines[0]),
                status=status,
                stderr_lines=lines,
            )
        if isinstance(document, dict):
            self._check_schema(document.get("schema_version", SCHEMA_VERSION))
        return Outcome(status, document, stderr)

    def _read_version(self):
        try:
            done = subprocess.run(
                [self.path, "--version", "--format", "json"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=VERSION_SECONDS,
                check=False,
            )
            text = done.stdout.decode("utf-8", "replace").strip()
        except subprocess.TimeoutExpired:
            self._refuse("it does not print its version within %s seconds" % VERSION_SECONDS)
        except OSError as error:
            self.module.fail_json(msg="cannot run %s: %s" % (self.path, error.strerror))
        schema = SCHEMA_VERSION
        try:
            facts = json.loads(text)
            version = facts["version"] if facts["name"] == "sps" else ""
            schema = facts["schema_version"]
        except (ValueError, KeyError, TypeError):
            # An old version prints text.
            first = text.splitlines()[0] if text else ""
            version = first[len("sps "):] if first.startswith("sps ") else ""
        numbers = re.match(r"(\d+)\.(\d+)\.(\d+)", version)
        if not numbers:
            says = text.splitlines()[0][:80] if text else "nothing"
            self._refuse("it is another program; asked for its version, it prints: %s" % says)
        found = tuple(int(it) for it in numbers.groups())
        if not VERSIONS[0] <= found < VERSIONS[1]:
            self._refuse("it has version %s" % version)
        self.found = version
        self._check_schema(schema)
        return version

    def _check_schema(self, schema):
        if schema != SCHEMA_VERSION:
            self._refuse(
                "it has version %s, whose JSON has schema version %s instead of %s"
                % (self.found, schema, SCHEMA_VERSION)
            )

    def _refuse(self, reason):
        first, last = (".".join(str(part) for part in it) for it in VERSIONS)
        self.module.fail_json(
            msg="cannot use %s: %s; this collection needs sps %s or later, before %s. Set sps_binary or SPS_BINARY to the right "
            "program." % (self.path, reason, first, last)
        )


def find_binary(module):
    """The path of the program. A failure lists where it was looked for."""
    name = os.path.expanduser(module.params["sps_binary"] or "sps")
    advice = "install sps, or set sps_binary or SPS_BINARY to its path"
    if os.sep in name:
        path = os.path.abspath(name)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
        if os.path.isdir(path):
            problem = "is a folder"
        elif os.path.exists(path):
            problem = "cannot be executed"
        else:
            problem = "does not exist"
        module.fail_json(msg="cannot find sps: %s %s; %s" % (path, problem, advice))
    places = os.environ.get("PATH", os.defpath).split(os.pathsep)
    if sys.prefix != sys.base_prefix:
        places.insert(0, os.path.dirname(os.path.abspath(sys.executable)))
    found = shutil.which(name, path=os.pathsep.join(places))
    if not found:
        looked = ", ".join(it for it in places if it)
        module.fail_json(msg="cannot find sps: no program %s in %s; %s" % (name, looked, advice))
    return os.path.abspath(found)


def connection_options(params):
    """The options of a connection, and what belongs on standard input."""
    # An appliance may allow few sessions, and a play has many runs.
    options = ["--log-out"]
    for name, option in OPTIONS:
        value = params.get(name)
        if value is not None and value != "":
            options += ["%s=%s" % (option, value)]
    if not params["validate_certs"]:
        options.append("--danger-accept-invalid-certs")
    password = params.get("password")
    # What comes from the environment stays there, where a file or a certificate may go before it.
    if not password or params.get("password_file") or password == os.environ.get("SPS_PASSWORD"):
        return options, None
    return options + ["--password-file=-"], password.encode("utf-8")


def call(command, stdin, environment):
    """Runs a command to its end. A signal that ends the module is passed on, so that the program can clean up."""
    child = None
    received = []

    def pass_on(number, frame):
        received.append(number)
        if child is not None:
            child.send_signal(number)

    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = [(number, signal.signal(number, pass_on)) for number in numbers]
    try:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        )
        for number in received:
            child.send_signal(number)
        stdout, stderr = child.communicate(stdin)
    finally:
        for number, handler in before:
            signal.signal(number, handler)
    return child.returncode, stdout, stderr


def warn(module, outcome):
    """Passes the warnings of a run on."""
    if isinstance(outcome.document, dict) and "warnings" in outcome.document:
        for warning in outcome.document["warnings"]:
            module.warn(finding_text(warning))
        return
    # The document is that of the appliance.
    for line in outcome.stderr.splitlines():
        word, colon, text = line.partition(": ")
        if colon and word in ("warning", "note"):
            module.warn(text)


def finding_text(finding):
    """A finding on one line."""
    place = " ".join(it for it in (finding.get("source"), finding.get("pointer")) if it)
    text = finding["message"]
    if place:
        text = "%s: %s" % (place, text)
    if finding.get("code"):
        text = "%s [%s]" % (text, finding["code"])
    return text


def fail(module, outcome, **result):
    """Fails the module with the error of the program."""
    error = dict(outcome.error or {})
    diagnostics = error.pop("diagnostics", None) or []
    lines = [error.get("message") or "sps ended with status %s" % outcome.status]
    if diagnostics and not error.get("causes"):
        # They say it better.
        lines = []
    for finding in diagnostics[:MAX_FINDINGS]:
        line = finding_text(finding)
        if finding.get("help"):
            line = "%s; %s" % (line, finding["help"])
        lines.append(line)
    if len(diagnostics) > MAX_FINDINGS:
        lines.append("and %s more; diagnostics has all of them" % (len(diagnostics) - MAX_FINDINGS))
    lines += ["help: %s" % it for it in error.get("help") or []]
    warn(module, outcome)
    module.fail_json(
        msg="\n".join(lines),
        diagnostics=diagnostics,
        error=error,
        status=outcome.status,
        **result
    )


def plan_and_apply(module, sps, tree, options, is_planned):
    """Plans a tree, or applies it. Returns the result of the module and the plan. `tree` renames the places of findings."""
    secrets = checked_secrets(module)
    command = ["plan"] if is_planned else ["apply", "--yes"]
    command += [tree.root] + options + ["--format", "json"]
    deadline = time.monotonic() + max(module.params["lock_wait"], MIN_CONFLICT_SECONDS)
    outcome = sps.run(command, secrets=secrets)
    while outcome.status == STATUS_STALE and time.monotonic() < deadline:
        # Another session committed between our reading and our commit, and nothing of ours was applied. The task describes a
        # goal and no change of what was there, so it is planned again. Others do the same: not all at one moment.
        time.sleep(random.uniform(0.1, 1.0))
        outcome = sps.run(command, secrets=secrets)
    tree.rename(outcome)
    document = outcome.document
    plan = document if is_planned else document.get("plan") or {}
    result = plan_result(module, plan)
    expected = (STATUS_DONE, STATUS_DIFFERENT) if is_planned else (STATUS_DONE,)
    if outcome.status not in expected or outcome.error:
        # Whether something was changed although the run failed.
        result["changed"] = bool(document.get("applied"))
        fail(module, outcome, **result)
    warn(module, outcome)
    return result, plan


def plan_result(module, plan):
    """What a plan says, as a result of a module."""
    objects = [it for it in plan.get("objects") or [] if it["action"] != "none"]
    result = dict(
        changed=bool(objects),
        objects=objects,
        summary=plan.get("summary") or {},
        appliance=plan.get("appliance") or {},
    )
    if module._diff:
        result["diff"] = [difference(it) for it in objects]
    return result


def difference(planned):
    """The planned change of an object in the form that Ansible shows."""
    sides = {"before": [], "after": []}
    for change in planned["changes"]:
        for side, lines in sides.items():
            if side in change:
                value = change.get(side + "_description") or change[side]
                text = json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)
                if side == "after" and change.get("reason"):
                    text = "%s (%s)" % (text, change["reason"])
                lines.append("%s: %s\n" % (change["pointer"] or "/", text))
    label = planned["label"]
    return dict(
        before="".join(sides["before"]),
        after="".join(sides["after"]),
        before_header=planned.get("renamed_from") or label,
        after_header=label,
    )


def checked_secrets(module):
    """The secrets of the task. A name that means something else to the program is refused."""
    secrets = module.params.get("secrets") or {}
    for name, value in secrets.items():
        if not re.match(r"[A-Za-z_][A-Za-z0-9_]*\Z", name) or re.match(r"SPS_|LD_|DYLD_|(PATH|HOME|XDG_\w+)\Z", name):
            module.fail_json(msg="secrets: %s is no name for a secret: use letters, digits and _, and no name with a meaning such "
                                 "as PATH or SPS_HOST" % name)
        if value is None or value == "":
            module.fail_json(msg="secrets: %s has no value" % name)
        if isinstance(value, (dict, list, bool, float)):
            module.fail_json(msg="secrets: %s is no text: quote the value" % name)
    return secrets


class Tree:
    """A tree that is there."""

    def __init__(self, root):
        self.root = root

    def rename(self, outcome):
        """Leaves places of findings as they are: they are files of the user."""


class TemporaryTree(Tree):
    """A tree of the objects of a task. It ends with the module."""

    def __init__(self, module, objects, settings):
        super().__init__(tempfile.mkdtemp(prefix="sps-", dir=module.tmpdir))
        atexit.register(shutil.rmtree, self.root, True)
        self.names = {}
        try:
            self._write(module, objects, settings)
        except OSError as error:
            module.fail_json(msg="cannot write the objects to a temporary folder: %s" % error.strerror)

    def _write(self, module, objects, settings):
        text = settings_text(module, settings)
        self._file("sps.toml", text, "settings")
        for label, body in objects.items():
            segments = [it for it in label.split("/") if it]
            if segments[:2] == ["api", "configuration"]:
                segments = segments[2:]
            if not segments or any(it in (".", "..") for it in segments):
                module.fail_json(msg="%s is no label: write the path of the endpoint, and in a collection the name of the object, "
                                     "such as policies/time_policies/office-hours" % (label or "an empty text"))
            file = "/".join(stem(decode(it)) for it in segments) + ".json"
            if len(os.path.basename(file)) > 255:
                module.fail_json(msg="%s: the name is too long" % label)
            self._file(file, json.dumps(body, ensure_ascii=True), label)

    def _file(self, file, text, name):
        path = os.path.join(self.root, file)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)
        self.names[path] = name

    def rename(self, outcome):
        """Replaces the names of temporary files by labels, and says what quotes are good for."""
        document = outcome.document
        findings = list(document.get("warnings") or [])
        error = outcome.error
        if error:
            findings += error.get("diagnostics") or []
            for key in ("causes", "help"):
                error[key] = [self._renamed(it) for it in error.get(key) or []]
            error["message"] = self._renamed(error.get("message") or "")
        for finding in findings:
            finding["message"] = self._renamed(finding["message"])
            if "help" in finding:
                finding["help"] = self._renamed(finding["help"].replace("; `sps check --fix` repairs it", ""))
            if "source" in finding:
                finding["source"] = self._renamed(finding["source"] or "")
                # A place in a file that the user never sees.
                finding.pop("span", None)
            for related in finding.get("related") or []:
                related.pop("span", None)
                if related.get("source"):
                    related["source"] = self._renamed(related["source"])
            if is_misread(finding):
                found = finding["params"]["found"]
                finding["help"] = (
                    "quote the value in the playbook: without quotes, YAML 1.1 made a %s of it, as of 22:30, no, 0755 and 1e3"
                    % found
                )

    def _renamed(self, text):
        for path, name in self.names.items():
            text = text.replace(path, name)
        return text.replace(self.root + "/", "").replace(self.root, "the objects of the task")


def is_misread(finding):
    """Whether the YAML of a playbook may have made another type of a text."""
    params = finding.get("params") or {}
    is_text_expected = any(it in str(params.get("expected")) for it in ("string", '"'))
    return is_text_expected and params.get("found") in ("boolean", "number", "bool", "integer", "float")


def stem(name):
    """The stem of the file of an object with this name: characters that a file name may not have are percent-encoded."""
    if not name:
        return "%"
    encoded = "".join(
        it if it.isascii() and (it.isalnum() or it in " _-.~@+,=()&$#!'") else "".join("%%%02X" % byte for byte in it.encode("utf-8"))
        for it in name
    )
    if encoded.startswith("."):
        encoded = "%2E" + encoded[1:]
    if encoded[-1] in ". ":
        encoded = encoded[:-1] + "%%%02X" % ord(encoded[-1])
    return encoded


def decode(segment):
    """Undoes the encoding of a segment of a label; one that is not encoded stays."""
    raw = re.sub(rb"%([0-9A-Fa-f]{2})", lambda it: bytes([int(it.group(1), 16)]), segment.encode("utf-8"))
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return segment


def label_of(endpoint, name):
    """The label of an object."""
    path = "/".join(it for it in endpoint.split("/") if it)
    if path.startswith("api/configuration/"):
        path = path[len("api/configuration/"):]
    if name is None:
        return path
    return "%s/%s" % (path, "".join("%%%02X" % ord(it) if it in "%/" or ord(it) < 32 else it for it in name))


def settings_text(module, settings):
    """The text of `sps.toml`."""
    settings = dict(settings or {})
    tables = []
    for moved in settings.pop("moved", None) or []:
        tables.append("[[moved]]\nfrom = %s\nto = %s\n" % (toml(moved["from"]), toml(moved["to"])))
    allow = settings.pop("allow", None)
    if allow:
        tables.insert(0, "[check]\nallow = %s\n" % toml(allow))
    lines = ["%s = %s\n" % (key, toml(value)) for key, value in sorted(settings.items()) if value is not None]
    return "".join(lines + tables)


def toml(value):
    """A text or a list of texts in TOML, whose strings are nearly those of JSON."""
    if isinstance(value, list):
        return "[%s]" % ", ".join(toml(it) for it in value)
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def each(option, values):
    """An option for each value."""
    return ["%s=%s" % (option, it) for it in values or []]
