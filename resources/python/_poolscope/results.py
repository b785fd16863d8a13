# SPDX-License-Identifier: Apache-2.0
"""Results on their way: who gets the result of a task, and which tasks a thread waits for when it
waits for several."""

from _poolscope import events

MOST_AWAITED = 256
TELL_AFTER_NS = 100_000_000  # a shorter wait for several is told without their names

# Future.__get_result() where ours does what it does (3.9 to 3.14).
_KNOWN = ("__get_result", 1, ("self",), ("_exception", "_result"))

# An exception that is raised here has the traceback that it would have: the `raise` stands where
# the original's does, down to the column.
_SOURCE = """class Future:
    def __get_result(self):
        if self._exception and tell(self):
            try:
                raise self._exception
            finally:
                self = None
        else:
            try:
                condition = self._condition
                if condition.queued:
                    condition.queued = None
                    record((now(), condition.task, condition.pool | local.id | DELIVERED, 0))
            except AttributeError:
                tell(self)
            return self._result
"""


def _tell(future):
    """Somebody takes the result of a task that has ended."""
    condition = future._condition
    try:
        if condition.queued is not None:
            condition.queued = None
            tag = condition.pool | events.DELIVERED << 32 | events.thread_id()
            events.record((events.now(), condition.task, tag, 0))
    except AttributeError:
        pass  # not of a pool of threads, or queued while nobody listened
    except Exception:
        events.fail()
    return True


def is_known(code):
    return (code.co_name, code.co_argcount, code.co_varnames, code.co_names) == _KNOWN


def make_get_result(original):
    code = original.__code__
    source = "\n" * (code.co_firstlineno - 2) + _SOURCE
    names = {
        "tell": _tell,
        "record": events.record,
        "now": events.now,
        "local": events.local,
        "DELIVERED": events.DELIVERED << 32,
        "__name__": original.__module__,
    }
    exec(compile(source, code.co_filename, "exec", dont_inherit=True), names)
    return names["Future"].__dict__["_Future__get_result"]


def watch(base):
    """Tells of results that are taken, while somebody listens. False: this Python's own code is not
    the one that we know."""
    original = getattr(base.Future, "_Future__get_result", None)
    if original is None or not is_known(original.__code__):
        return False
    telling = make_get_result(original)

    def switch(function):
        base.Future._Future__get_result = function

    events.on_begin.append(lambda: switch(telling))
    events.on_gone.append(lambda: switch(original))
    if events.on:
        switch(telling)
    return True


# --- waits for several


_waits = {}  # by thread: (since when, which futures, whether any of them will do)


def begin_wait(thread, several):
    _waits[thread] = (events.now(), *several)


def end_wait(thread):
    if _waits:
        _waits.pop(thread, None)


def tell_waits():
    """By the sender: names the tasks of waits that last."""
    if not _waits:
        return
    now = events.now()
    for thread, wait in list(_waits.items()):
        since, futures, any_will_do = wait
        if now - since >= TELL_AFTER_NS:
            _tell_awaited(thread, futures, any_will_do)
            if _waits.get(thread) is wait:
                _waits.pop(thread, None)


def _tell_awaited(thread, futures, any_will_do):
    told = []
    try:
        for future in futures:
            if len(told) == MOST_AWAITED:
                if any_will_do:
                    return  # some of them say nothing
                break
            if future._state in ("PENDING", "RUNNING"):
                told.append((future._condition.task, thread | future._condition.pool))
    except (RuntimeError, AttributeError):
        return  # they change: the wait has ended. Or some are of no pool of threads
    now = events.now()
    detail = len(told) | bool(any_will_do) << 32
    for task, tag in told:
        events.record((now, task, tag | events.AWAITS << 32, detail))


def make_waiters(base):
    """What wait() and as_completed() call before they wait for several."""
    original = base._create_and_install_waiters
    any_of = (base._AS_COMPLETED, base.FIRST_COMPLETED)

    def _create_and_install_waiters(fs, return_when):
        waiter = original(fs, return_when)
        if events.on and type(fs) in (set, frozenset, list, tuple):
            try:
                # They keep them as long as they wait: as_completed() takes those that are done out.
                waiter.event._cond.awaited = (fs, return_when in any_of)
            except Exception:
                events.fail()
        return waiter

    return _create_and_install_waiters


events.on_tick.append(tell_waits)
