# SPDX-License-Identifier: Apache-2.0
"""The last of a process: what waits to be sent is sent before it is over. What a signal kills, or
another program replaces, has no such moment."""

import atexit
import os

from _poolscope import events


def watch(threading):
    """Behind the pools' own end, in which their workers end: first of a list that is run from its
    end. Children of multiprocessing do this, too, and no atexit."""
    atexit.register(events.end)
    exits = getattr(threading, "_threading_atexits", None)
    if type(exits) is list:
        exits.insert(0, events.drain)
    os._exit = _make_exit(os._exit)


def _make_exit(original):
    """os._exit() runs nothing of that, and children of a fork mostly end by it."""

    def _exit(status):
        try:
            events.end()
        except Exception:  # the program must not suffer
            pass
        original(status)

    for name in ("__module__", "__name__", "__qualname__", "__doc__"):
        setattr(_exit, name, getattr(original, name))
    return _exit
