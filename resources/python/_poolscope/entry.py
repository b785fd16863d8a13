# SPDX-License-Identifier: Apache-2.0
"""The start of a program under Poolscope: says hello, and waits for `concurrent.futures`. It is
imported by every Python process of a run, so it imports nothing that costs."""

import os
import sys

_WATCHED = ("concurrent.futures._base", "concurrent.futures.thread")


class _Loader:
    """Runs a module's own loader, then our hooks on the module."""

    def __init__(self, loader, after):
        self._loader = loader
        self._after = after

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        spec = module.__spec__
        spec.loader = module.__loader__ = self._loader  # as if nobody had been here
        self._loader.exec_module(module)
        self._after(module)

    def __getattr__(self, name):
        return getattr(self._loader, name)


class _Watcher:
    """First on sys.meta_path until the modules it watches have come."""

    def __init__(self):
        self._left = set(_WATCHED)

    def find_spec(self, name, path=None, target=None):
        if name not in self._left:
            return None
        self._left.discard(name)
        if not self._left and self in sys.meta_path:
            sys.meta_path.remove(self)
        for finder in list(sys.meta_path):
            if finder is self:
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = _Loader(spec.loader, _after)
                return spec
        return None


class _Package:
    """Last on sys.meta_path: finds the package `poolscope`, unless the program has one of its own.
    Also our own modules, which the program's sys.path does not have."""

    def __init__(self, folder):
        self._folder = folder

    def find_spec(self, name, path=None, target=None):
        if name != "poolscope":
            return None
        import _frozen_importlib_external as external

        return external.PathFinder.find_spec(name, [self._folder], target)


def _after(module):
    try:
        from _poolscope import hooks

        if module.__name__ == _WATCHED[0]:
            hooks.watch_base(module)
        else:
            hooks.watch_thread(module)
    except Exception:  # the program must not suffer
        try:
            from _poolscope import events

            events.fail()
        except Exception:  # our folder may not be ours to read any more
            from _poolscope import link

            link.close()


def _after_fork():
    """The connection is the parent's. A child without pools says hello only when it has some."""
    try:
        pools = sys.modules.get("_poolscope.pools")
        if pools is not None:
            pools.after_fork()
        else:
            from _poolscope import link

            link.restarted()
            link.close()
        offer = sys.modules.get("_poolscope.offer")
        if offer is not None:
            offer.after_fork()
    except Exception:  # the program must not suffer
        pass


_hooked = False


def _hook():
    """From here on the hooks come with the modules that they are for."""
    global _hooked
    _hooked = True
    os.register_at_fork(after_in_child=_after_fork)
    sys.meta_path.insert(0, _Watcher())
    for name in _WATCHED:  # the program, a sitecustomize or a .pth file may have been faster
        if name in sys.modules:
            _after(sys.modules[name])


def start(address, folder):
    """Connects to Poolscope; without it, does nothing at all."""
    from _poolscope import link

    if not link.connect(address):
        return
    _hook()
    sys.meta_path.append(_Package(folder))


def offer():
    """The program imports `poolscope`: it may be watched from now on, if it is not already."""
    if _hooked:
        return
    from _poolscope import events, link, offer

    address = os.environ.get("POOLSCOPE_SOCKET")
    if address and link.connect(address):  # run, but kept from our sitecustomize
        events.on = True
    else:
        try:
            offer.tidy()
            offer.begin()
        except OSError:  # no folder of the user's; record() will say so
            events.live = False
    import atexit

    atexit.register(offer.end)
    _hook()
