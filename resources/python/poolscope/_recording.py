# SPDX-License-Identifier: Apache-2.0
"""Recording from inside of a program: the program `poolscope`, started beside it, writes the file."""

import contextlib
import os

_PATIENCE = 20  # seconds, for the program to begin; it needs a fraction of one


class RecordingError(RuntimeError):
    """There is, or will be, no recording; the text says why, and what to do."""


@contextlib.contextmanager
def record(path, overwrite=False):
    """Records what the pools of threads of this process do, as a Perfetto trace: no window is
    opened, and the file is complete at the end of the block. Pools that were made before `import
    poolscope` are not seen."""
    path = os.fspath(path)
    writer = _begin(path, overwrite)
    try:
        yield
    finally:
        _end(path, writer)


def _begin(path, overwrite):
    try:
        from _poolscope import events, offer
    except ImportError:
        raise RecordingError(f"{path}: Poolscope's client (_poolscope) is missing beside it") from None
    if events.on:
        raise RecordingError(
            f"{path}: Poolscope watches this process already; let that one record (--record, or R)"
        )
    if offer.path() is None or not events.live:
        raise RecordingError(f"{path}: {_why_not_offered(events, offer)}")
    import subprocess

    words = [_program(path), "attach", "--headless", "--record", path]
    words += ["--force"] if overwrite else []
    while offer.take():  # of a Poolscope that has gone
        pass
    writer = subprocess.Popen(
        [*words, str(os.getpid())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,  # a Ctrl+C is the program's: the recording ends with its block
    )
    if not _join(events, offer, writer):
        writer.kill()
        raise RecordingError(_words_of(writer) or f"{path}: {words[0]} did not answer")
    return writer


def _why_not_offered(events, offer):
    if not events.live:
        return "Poolscope's client has met an error in this process, and does nothing any more"
    try:
        offer.begin()
        offer.end()
    except OSError as error:
        return f"{error}; set XDG_RUNTIME_DIR to a folder of yours"
    return "this process is being ended"


def _join(events, offer, writer):
    """Connects to the writer; the sender may do so, too, if pools have threads."""
    import time

    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and writer.poll() is None:
        address = offer.wait(0.05)
        if address:
            events.begin(address)
        if events.on:
            return True
    return events.on


def _program(path):
    """The program that this client came with, or else the one that is installed."""
    import shutil

    above = os.path.abspath(__file__)
    for _ in range(5):  # PREFIX/share/poolscope/python/poolscope/_recording.py
        above = os.path.dirname(above)
    for place in ("bin", "app"):
        program = os.path.join(above, place, "poolscope")
        if os.access(program, os.X_OK) and os.path.isfile(program):
            return program
    program = shutil.which("poolscope")
    if program is None:
        raise RecordingError(f"{path}: the program poolscope is not installed, which is to write it")
    return program


def _end(path, writer):
    import subprocess

    from _poolscope import events

    events.leave()
    try:
        words = writer.communicate(timeout=_PATIENCE)[1]
    except subprocess.TimeoutExpired:
        writer.kill()
        words = ""
    if writer.returncode != 0:
        raise RecordingError(_line(words) or f"{path}: the writer has ended with {writer.returncode}")


def _words_of(writer):
    return _line(writer.communicate()[1])


def _line(words):
    """What Poolscope says, without its name."""
    if not words:
        return ""
    line = words.strip().rpartition("\n")[2].removeprefix("poolscope: ")
    return line.replace("use --force to", "use overwrite=True to")
