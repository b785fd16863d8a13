# SPDX-License-Identifier: Apache-2.0
"""What the hooks rely on in Lib/concurrent/futures, which is Python's own business and may change.
Where it is not as in CPython 3.9 to 3.14 the hooks stay away, and Poolscope says so.

A shape is what a function takes and which names it uses; tests/data/python/shapes has those of each
version."""

# The function, its arguments (None: any), and names that it must use.
_BASE = {
    "Future.__init__": (("self",), ("threading", "Condition", "_condition", "_state", "_exception")),
    "Future.cancel": (("self",), ("_condition", "_state")),
    "Future.result": (None, ("_condition", "wait")),
    "Future.exception": (None, ("_condition", "wait")),
    "_Waiter.__init__": (("self",), ("threading", "Event", "event")),
    "_create_and_install_waiters": (("fs", "return_when"), ("_waiters",)),
    "wait": (None, ("_create_and_install_waiters", "event", "wait")),
    "as_completed": (None, ("_create_and_install_waiters", "event", "wait")),
}
_THREAD = {
    "ThreadPoolExecutor.__init__": (
        None,
        ("_max_workers", "_work_queue", "queue", "SimpleQueue", "_idle_semaphore", "_threads",
         "_broken", "_shutdown", "_shutdown_lock", "_thread_name_prefix"),
    ),
    "ThreadPoolExecutor.submit": (
        None,
        ("_shutdown_lock", "_global_shutdown_lock", "_WorkItem", "_work_queue", "put",
         "_adjust_thread_count"),
    ),
    "ThreadPoolExecutor._adjust_thread_count": (
        ("self",),
        ("_idle_semaphore", "acquire", "_threads", "_max_workers", "threading", "Thread", "_worker"),
    ),
    "ThreadPoolExecutor.shutdown": (
        None,
        ("_shutdown_lock", "_shutdown", "_work_queue", "get_nowait", "put", "_threads", "join"),
    ),
    "_WorkItem.__init__": (None, ("future",)),
    "_WorkItem.run": (None, ("future", "set_running_or_notify_cancel", "set_exception", "set_result")),
    "_worker": (None, ("get", "run", "_idle_semaphore", "_shutdown", "put")),
}  # fmt: skip
_WORKERS = (
    ("executor_reference", "work_queue", "initializer", "initargs"),
    ("executor_reference", "ctx", "work_queue"),  # 3.14
)
_ITEMS = (("self", "future", "fn", "args", "kwargs"), ("self", "future", "task"))


def of(module, wanted):
    """The shapes of a module's functions, by name; those that it lacks are missing."""
    shapes = {}
    for name in wanted:
        found = module
        for part in name.split("."):
            found = getattr(found, part, None)
        code = getattr(found, "__code__", None)
        if code is not None:
            shapes[name] = (code.co_varnames[: code.co_argcount], code.co_names)
    return shapes


def unknown(shapes, wanted):
    """The first function that is not what the hooks rely on; None: all are."""
    for name, (arguments, names) in wanted.items():
        if name not in shapes:
            return name
        taken, used = shapes[name]
        if arguments is not None and tuple(taken) != arguments:
            return name
        if not set(names).issubset(used):
            return name
    for name, possible in (("_worker", _WORKERS), ("_WorkItem.__init__", _ITEMS)):
        if name in wanted and tuple(shapes[name][0]) not in possible:
            return name
    return None


def unknown_in_base(module):
    return unknown(of(module, _BASE), _BASE)


def unknown_in_thread(module):
    return unknown(of(module, _THREAD), _THREAD)
