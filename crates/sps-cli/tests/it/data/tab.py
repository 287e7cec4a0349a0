"""Types lines into a real shell on a pseudo terminal, and prints the words that are then on each line, as JSON.

usage: tab.py SHELL ARGUMENT…    (lines on standard input, in which `\t` is the key; the prompt must be `READY> `)
"""

import json
import os
import pty
import re
import select
import sys
import time

SECONDS = 60
PROMPT = rb"READY> "
WORDS = rb"<BEGIN>((?:<[^\r\n]*>)?)<END>"

lines = sys.stdin.read().splitlines()
child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
seen = b""


def wait_for(pattern, start):
    global seen
    end = time.monotonic() + SECONDS
    while not (found := re.compile(pattern).search(seen, start)):
        ready, _, _ = select.select([terminal], [], [], max(0, end - time.monotonic()))
        if not ready:
            sys.exit(f"nothing like {pattern!r} in: {seen[start:].decode(errors='replace')}")
        try:
            seen += os.read(terminal, 65536)
        except OSError:
            sys.exit(f"the shell ended: {seen.decode(errors='replace')}")
    return found


at = wait_for(PROMPT, 0)
start = seen[: at.start()].decode(errors="replace")
at = at.end()
for line in lines:
    # Ctrl-A and Ctrl-E go to the ends of the line, whose words the shell then prints itself.
    keys = line.replace("\\t", "\t").encode() + b"\x01printf '<%s>' BEGIN \x05 END\r"
    os.write(terminal, keys)
    found = wait_for(WORDS, at)
    screen = re.sub(rb"\x1b[^a-zA-Z]*[a-zA-Z]", b"", seen[at : found.start()])
    words = re.findall("<([^<>]*)>", found[1].decode())
    print(json.dumps({"line": line, "words": words, "screen": screen.decode(errors="replace"), "start": start}))
    at = wait_for(PROMPT, found.end()).end()
os.write(terminal, b"exit\r")
