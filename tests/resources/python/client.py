# SPDX-License-Identifier: Apache-2.0
"""The client from its sources, for tests of its parts."""

import os
import socket
import struct
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
DATA = os.path.join(ROOT, "tests/data/python")
sys.path.insert(0, os.path.join(ROOT, "resources/python"))

NAME = 129

_PREPARE = """
import sys
sys.path.insert(0, {client!r})
from _poolscope import entry
entry.start({socket!r}, {client!r})
from concurrent.futures import ThreadPoolExecutor
from _poolscope import events
"""


class Listener:
    """A Poolscope, as far as the client sees it: takes one connection, and all that is sent."""

    def __init__(self, path):
        self.path = path
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(path)
        self._listening.listen(8)
        self.connection = None
        self._data = bytearray()

    def accept(self):
        self.connection = self._listening.accept()[0]

    def records(self):
        """Everything that the client sends until it ends: (time, task, kind, detail, text)."""
        while data := self.connection.recv(1 << 20):
            self._data += data
        records = []
        at = 0
        while at + 32 <= len(self._data):
            time, task, tag, detail = struct.unpack_from("<4Q", self._data, at)
            at += 32
            kind = tag >> 32 & 0xFF
            text = None
            if kind in (128, 129, 130, 132):
                size = detail & 0xFFFFFFFF
                text = self._data[at : at + size].decode()
                at += (size + 31) // 32 * 32
            records.append((time, task, kind, detail, text))
        return records

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self._listening.close()


class Program:
    """A program with the client, of the test that starts it: its process and who listens to it."""

    def __init__(self, test, text):
        folder = tempfile.TemporaryDirectory()
        test.addCleanup(folder.cleanup)
        self.listener = Listener(os.path.join(folder.name, "socket"))
        test.addCleanup(self.listener.close)
        prepare = _PREPARE.format(
            client=os.path.join(ROOT, "resources/python"), socket=self.listener.path
        )
        words = [sys.executable, "-B", "-c", prepare + text]
        self.process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for cleanup in (self.process.stdout.close, self.process.stdin.close):
            test.addCleanup(cleanup)
        test.addCleanup(self.process.wait)
        test.addCleanup(self.process.kill)
        self.listener.accept()
