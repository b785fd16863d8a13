# SPDX-License-Identifier: Apache-2.0
"""The connection to Poolscope: a Unix socket that never makes the program wait.

The wire (core/bridge/wire.h): records of 32 bytes, four unsigned little-endian words: time, task,
tag (thread | kind << 32 | outcome << 40 | pool << 48), detail."""

import os
import sys
from time import monotonic_ns  # the program may put another one in its place

import _socket

VERSION = 1
MAGIC = 0x506F6F6C  # "Pool"
HELLO, NAME, THREAD, BYE, NOTICE = 128, 129, 130, 131, 132

_MOST_TEXT = 1024
# Out of the way of a program that counts on the lowest numbers.
_HIGH = 512

_address = None
_socket_object = None
_identity = None  # which file our number stands for
_started_ns = monotonic_ns()


def record(first, task, tag, detail):
    return b"".join(
        (each & 0xFFFFFFFFFFFFFFFF).to_bytes(8, "little") for each in (first, task, tag, detail)
    )


def text_record(first, task, tag, text):
    """A record that is followed by a text, filled with zeros to whole records."""
    data = text.encode("utf-8", "backslashreplace")
    if len(data) > _MOST_TEXT:
        data = data[:_MOST_TEXT].decode("utf-8", "ignore").encode()
    head = record(first, task, tag, len(data) | MAGIC << 32)
    return head + data + bytes(-len(data) % 32)


def _command():
    # The interpreter first, also where 3.9 does not keep it: what it is called tells of its lock.
    words = getattr(sys, "orig_argv", None) or [sys.executable or "python"] + getattr(
        sys, "argv", []
    )
    return " ".join([os.path.basename(words[0])] + list(words[1:]))


def connect(address=None):
    """Connects and says hello; True if it worked. Never waits."""
    global _address, _socket_object, _identity
    _address = address or _address
    if _address is None:
        return False
    before, identity = _socket_object, _identity
    _socket_object = None
    try:
        return _connect()
    finally:
        # The old one goes last: Poolscope must not think for a moment that nobody is left.
        _close(before, identity)


def _connect():
    global _socket_object, _identity
    try:
        plain = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    except OSError:
        return False
    try:
        plain.setblocking(False)
        plain.connect(_address)
        number = plain.fileno()
        try:
            import fcntl

            number = fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, _HIGH)
        except (ImportError, OSError):
            number = plain.detach()  # the low number will have to do
        else:
            plain.close()
        _socket_object = _socket.socket(fileno=number)
        _identity = _file_of(number)
        hello = text_record(
            _started_ns,
            os.getpid(),
            os.getppid() | HELLO << 32 | VERSION << 48,
            _command(),
        )
        return _socket_object.send(hello, _socket.MSG_NOSIGNAL | _socket.MSG_DONTWAIT) == len(hello)
    except OSError:
        plain.close()
        close()
        return False


def is_connected():
    return _socket_object is not None


def number():
    """Of the file that is our connection."""
    return _socket_object.fileno()


def _file_of(number):
    about = os.fstat(number)
    return about.st_dev, about.st_ino


def is_ours():
    """Whether the program left our file number alone: some close all, and open others there."""
    try:
        return _socket_object is not None and _file_of(_socket_object.fileno()) == _identity
    except OSError:
        return False


def send(data):
    """Sends as much as fits; how much. OSError when nobody is there any more."""
    try:
        return _socket_object.send(data, _socket.MSG_NOSIGNAL | _socket.MSG_DONTWAIT)
    except (BlockingIOError, InterruptedError):
        return 0


def receive():
    """What came; None if there is nothing, b"" if nothing will come any more."""
    if not is_ours():
        return None  # the next send connects anew
    try:
        return _socket_object.recv(4096, _socket.MSG_DONTWAIT)
    except (BlockingIOError, InterruptedError):
        return None
    except OSError:
        return b""


def restarted():
    """A fork has made this process: its hello is its own."""
    global _started_ns
    _started_ns = monotonic_ns()


def close():
    global _socket_object
    gone, _socket_object = _socket_object, None
    _close(gone, _identity)


def _close(gone, identity):
    if gone is None:
        return
    try:
        ours = _file_of(gone.fileno()) == identity
    except OSError:
        ours = False
    if ours:
        gone.close()
    else:
        gone.detach()
