# SPDX-License-Identifier: Apache-2.0
"""Poolscope, for programs that know of it.

    import poolscope
    poolscope.mark("cache is warm")      # a note on the time axis; does nothing without Poolscope
"""

import sys


def mark(text):
    """Puts a note on Poolscope's time axis. Without Poolscope it does nothing. Never raises."""
    events = sys.modules.get("_poolscope.events")
    if events is not None:
        try:
            events.marker(str(text))
        except Exception:
            pass
