# SPDX-License-Identifier: Apache-2.0
"""Poolscope, for programs that know of it.

    import poolscope                     # before the pools are made: `poolscope attach PID` finds them
    poolscope.mark("cache is warm")      # a note on the time axis; does nothing without Poolscope
    with poolscope.record("x.pftrace"):  # records what pools of threads do, without a window
        ...

Under `poolscope run` nothing of this needs to be imported."""

from poolscope._recording import RecordingError, record

__all__ = ["RecordingError", "mark", "record"]


def mark(text):
    """Puts a note on Poolscope's time axis. Without Poolscope it does nothing. Never raises."""
    import sys

    events = sys.modules.get("_poolscope.events")
    if events is not None:
        try:
            events.marker(str(text))
        except Exception:
            pass


def _begin():
    """Under `poolscope run` the client is there already. Else it is made ready for `attach`."""
    try:
        from _poolscope import entry

        entry.offer()
    except Exception:  # the program goes on without it
        pass


_begin()
