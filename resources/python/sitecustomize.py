# SPDX-License-Identifier: Apache-2.0
"""How Poolscope gets into a program: `site` imports this because `poolscope run` put its folder on
PYTHONPATH. It starts the client, leaves the path as the program would have found it, and makes way
for the sitecustomize that the program would have had."""

import sys


def _start():
    """Starts the client and returns the path without our folder; never raises."""
    try:
        import os

        address = os.environ.get("POOLSCOPE_SOCKET")
        if not address:
            return list(sys.path)
        folder = __file__.rpartition("/")[0]
        from _poolscope import entry

        rest = [each for each in sys.path if each != folder]
        sys.path[:] = rest
        entry.start(address, folder)
        return rest
    except Exception:  # ours is disabled, the program goes on
        return list(sys.path)


def _next(path):
    """The sitecustomize that stands behind ours, or None."""
    import _frozen_importlib_external as external

    own = __file__.rpartition("/")[0]
    return external.PathFinder.find_spec("sitecustomize", [each for each in path if each != own])


def _make_way():
    import _frozen_importlib

    spec = _next(_start())
    if spec is None or spec.loader is None:
        # To `site` this says that there is none.
        raise ImportError("No module named 'sitecustomize'", name="sitecustomize")
    module = _frozen_importlib.module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


_make_way()
