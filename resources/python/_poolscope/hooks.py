# SPDX-License-Identifier: Apache-2.0
"""The hooks on `concurrent.futures`. None of them stands between a program and what it calls: where
Python's own code looks up a class (`threading.Condition`, `queue.SimpleQueue`, `threading.Thread`)
it finds ours, so tracebacks, signatures and stacks stay as they are.

    a pool is made        SimpleQueue() in ThreadPoolExecutor.__init__
    a task is queued      put() of that queue, called by submit() under the pool's lock
    started, finished     get() of what a worker has in the queue's place: `finished` is the next call
    cancelled             Future.cancel (the one wrapper)
    a caller is blocked   Condition.wait() gives the lock back: _release_save(), _acquire_restore()
    waiting in shutdown   iteration over the pool's _threads

Checked against Lib/concurrent/futures/{_base,thread}.py of CPython 3.9 to 3.14."""

import collections
import os
import sys

from _poolscope import ends, events, pools, results, shapes
from _poolscope.workers import CpuWorker, Worker, make_queue_class

record, now, local = events.record, events.now, events.local
_getframe = sys._getframe
_RESULT, _MAP = 1 << 56, 2 << 56
_REASONS = {"exception": _RESULT, "wait": 3 << 56, "as_completed": 4 << 56}
TIMED = 1 << 63
_BLOCKED = events.BLOCKED << 32
_away = False  # this Python's own code is not known: nothing is hooked
_TO_UNBLOCKED = (events.UNBLOCKED - events.BLOCKED) << 32


class _Module(type(sys)):
    """Stands for a module where Python's own code looks up a few names; all others are its."""

    def __init__(self, original, **replaced):
        super().__init__(original.__name__)
        self.__dict__.update(replaced)
        self.__dict__["_poolscope_original"] = original

    def __getattr__(self, name):
        return getattr(self._poolscope_original, name)


# --- _base: who waits for what


# What Condition.__init__ looks up, where it does what our shorter one does (3.9 to 3.14).
_KNOWN_INIT = {
    (
        "RLock", "_lock", "acquire", "release", "_release_save", "AttributeError",
        "_acquire_restore", "_is_owned", "_deque", "_waiters",
    ),
    (
        "RLock", "_lock", "acquire", "release", "hasattr", "_release_save",
        "_acquire_restore", "_is_owned", "_deque", "_waiters",
    ),
}  # fmt: skip


def init_is_known(condition_class):
    return condition_class.__init__.__code__.co_names in _KNOWN_INIT


def make_condition_class(threading):
    """A Condition that tells when a thread waits on it. A wait goes through _release_save() and
    _acquire_restore(), which return before anything can be raised: no frame of ours is in the
    traceback of a Ctrl+C."""
    original = threading.Condition
    deque = collections.deque
    make_lock = threading.RLock

    class Condition(original):
        # Of the task whose future it is of; `queued` until that is cancelled or its result taken.
        # `awaited`: which futures are waited for by it.
        __slots__ = ("task", "pool", "queued", "awaited")

        if init_is_known(original):

            def __init__(self, lock=None):
                if lock is None:
                    lock = make_lock()
                self._lock = lock
                self.acquire = lock.acquire
                self.release = lock.release
                try:
                    self._is_owned = lock._is_owned
                except AttributeError:
                    pass
                self._waiters = deque()

        else:

            def __init__(self, lock=None):
                original.__init__(self, lock)
                self.__dict__.pop("_release_save", None)
                self.__dict__.pop("_acquire_restore", None)

        def _release_save(self):
            begin_wait(self)
            save = getattr(self._lock, "_release_save", None)
            return save() if save is not None else self._lock.release()

        def _acquire_restore(self, state):
            restore = getattr(self._lock, "_acquire_restore", None)
            if restore is not None:
                restore(state)
            else:
                self._lock.acquire()
            end_wait()

    _pass_for(Condition, original)
    return Condition


def make_event_class(threading, condition_class):
    original = threading.Event

    class Event(original):
        def __init__(self):
            original.__init__(self)
            self._cond = condition_class(threading.Lock())

    _pass_for(Event, original)
    return Event


def _pass_for(ours, original):
    for name in ("__module__", "__name__", "__qualname__", "__doc__"):
        setattr(ours, name, getattr(original, name))


def begin_wait(condition):
    if not events.on or not pools.used:
        return
    try:
        frame = _getframe(2)  # Condition.wait
        try:
            thread = local.id
        except AttributeError:
            thread = events.enter_thread()
        try:  # a future's, of all the most
            task, tag, several = condition.task, thread | condition.pool | _BLOCKED, None
        except AttributeError:
            tag = thread | _BLOCKED
            several = getattr(condition, "awaited", None)
            task = _awaited_task(several, thread) if several is not None else 0
        detail = task | _reason(frame.f_back)
        if frame.f_locals.get("timeout") is not None:
            detail |= TIMED
        worker = local.worker
        running = worker.task if worker is not None else 0
        local.waiting = (running, tag, detail, several)
        record((now(), running, tag, detail))
    except Exception:
        events.fail()


def end_wait():
    begun = local.waiting
    if begun is None:
        return
    try:
        local.waiting = None
        running, tag, detail, several = begun
        if several is not None:
            results.end_wait(tag & 0xFFFFFFFF)
        if events.on:
            record((now(), running, tag + _TO_UNBLOCKED, detail))
    except Exception:
        events.fail()


def _awaited_task(several, thread):
    """The task, if it is a single one that is waited for; else they are told if the wait lasts."""
    futures = several[0]
    if len(futures) == 1:
        return getattr(next(iter(futures))._condition, "task", 0)
    results.begin_wait(thread, several)
    return 0


def _reason(caller):
    """Why: by the name of who called Condition.wait(), or Event.wait()."""
    name = caller.f_code.co_name if caller is not None else ""
    if name == "result":
        caller = caller.f_back
        if caller is not None and caller.f_code.co_name in ("_result_or_cancel", "result_iterator"):
            return _MAP
        return _RESULT
    if name == "wait" and caller.f_back is not None:  # Event.wait
        name = caller.f_back.f_code.co_name
    return _REASONS.get(name, 0)


def make_cancel(base):
    original = base.Future.cancel
    pending = base.PENDING

    def cancel(self):
        if not events.on or self._state != pending:
            return original(self)
        done = original(self)
        if done:
            _tell_cancelled(self)
        return done

    _pass_for(cancel, original)
    return cancel


def _tell_cancelled(future):
    try:
        told = future._condition
        if not hasattr(told, "task"):
            return  # not of a pool of threads
        try:
            del told.queued
        except AttributeError:
            return  # another thread cancelled at the same time
        tag = events.FINISHED << 32 | events.CANCELLED | told.pool
        events.record((events.now(), told.task, tag | events.thread_id(), 0))
    except Exception:
        events.fail()


def watch_base(base):
    unknown = shapes.unknown_in_base(base)
    if unknown is not None:
        _stay_away(base, unknown)
        return
    threading = base.threading
    condition = make_condition_class(threading)
    base.threading = _Module(
        threading, Condition=condition, Event=make_event_class(threading, condition)
    )
    base.Future.cancel = make_cancel(base)
    base._create_and_install_waiters = results.make_waiters(base)
    if not results.watch(base):
        events.notice("who gets a result cannot be seen: this Python's Future.result() is not known")


# --- thread: pools, queues, workers


def make_thread_factory(thread_module, threading):
    def Thread(*args, **kwargs):
        if events.live:
            try:
                kwargs = _attach(thread_module, args, kwargs)
            except Exception:
                events.fail()
        return threading.Thread(*args, **kwargs)

    return Thread


def _attach(thread_module, args, kwargs):
    """Gives a worker our queue and our reference to its pool. 3.14 has a context between them."""
    given = kwargs.get("args")
    if args or kwargs.get("target") is not thread_module._worker or type(given) is not tuple:
        return kwargs
    reference = next(each for each in given if isinstance(each, pools.weakref.ref))
    executor = reference()
    if executor is None:
        return kwargs
    queue = executor._work_queue
    place = next(i for i, each in enumerate(given) if each is queue)
    own = pools.Reference(executor, reference.__callback__)
    pool = pools.pool_of(executor)
    if pool is None:
        return kwargs
    kind = CpuWorker if os.environ.get("POOLSCOPE_CPU_TIME") else Worker
    worker = kind(pool, queue, own, kwargs.get("name") or "worker")
    changed = list(given)
    changed[place] = worker
    changed[changed.index(reference)] = own
    daemon = pools.worker_daemon(executor)
    extra = {} if daemon is None or "daemon" in kwargs else {"daemon": daemon}
    return {**kwargs, **extra, "args": tuple(changed)}


def make_work_item_class(thread_module):
    """For pools that bring a queue of their own: the moment when a task is submitted is known by
    its item."""
    original = thread_module._WorkItem

    class _WorkItem(original):
        def __init__(self, *args):
            original.__init__(self, *args)
            if events.on:
                pools.tell_foreign_item(self, sys._getframe(1))

    _pass_for(_WorkItem, original)
    return _WorkItem


def _stay_away(module, unknown):
    global _away
    _away = True
    version = ".".join(str(part) for part in sys.version_info[:3])
    events.notice(
        f"its thread pools cannot be seen: {unknown} of {module.__name__} in Python {version} is not"
        " known to this Poolscope"
    )


def watch_thread(module):
    unknown = shapes.unknown_in_thread(module)
    if _away or unknown is not None:
        if not _away:
            _stay_away(module, unknown)
        return
    pools.thread_module = module
    workers = os.environ.get("POOLSCOPE_MAX_WORKERS", "")
    pools.wanted_workers = int(workers) if workers.isdigit() else 0
    threading = module.threading
    queue = module.queue
    queue_class = make_queue_class(queue)
    queue_class.original = queue.SimpleQueue
    executor_class = module.ThreadPoolExecutor
    pools.queue_class = queue_class
    pools.shutdown_code = executor_class.shutdown.__code__

    def SimpleQueue():
        if not events.live:
            return queue.SimpleQueue()
        executor = sys._getframe(1).f_locals.get("self")
        if not isinstance(executor, executor_class):
            return queue.SimpleQueue()
        own = queue_class()
        own.pool = None
        try:
            own.pool = pools.Pool(executor)
            if type(executor) is not executor_class and module._WorkItem is work_item:
                module._WorkItem = make_work_item_class(module)
        except Exception:
            events.fail()
        return own

    work_item = module._WorkItem
    module.queue = _Module(queue, SimpleQueue=SimpleQueue)
    module.threading = _Module(threading, Thread=make_thread_factory(module, threading))
    pools.switch(events.on)
    ends.watch(threading)
