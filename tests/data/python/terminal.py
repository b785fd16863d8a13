# SPDX-License-Identifier: Apache-2.0
"""Runs a command in a terminal of its own, and types Ctrl+C when it has said "ready" in a line of
its own. Prints what the command printed, and its exit status."""

import os
import pty
import sys

child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
seen = b""
typed = False
while True:
    try:
        data = os.read(terminal, 4096)
    except OSError:  # how a terminal says that nobody is left
        break
    if not data:
        break
    seen += data
    if b"ready\r\n" in seen and not typed:
        typed = True
        os.write(terminal, b"\x03")
status = os.waitpid(child, 0)[1]
print(seen.decode().replace("\r\n", "\n"), end="")
print("status", os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status))
