# SPDX-License-Identifier: Apache-2.0
"""The pools of this process: telling of them, and doing with them what Poolscope wants."""

import sys
import weakref

import _thread
from _poolscope import events, workers

MOST_POOLS = 0xFFFF
MOST_STEPS = 1000  # threads started by one change of max_workers
LOOK_AGAIN = 0.1  # how long a worker of a paused pool waits before it looks whether all ends
LOCK_WAIT = 0.05
SET_MAX_WORKERS, PAUSE, RESUME = 1, 2, 3

thread_module = None
queue_class = None
shutdown_code = None
wanted_workers = 0  # of every pool; 0: as the program says
used = False  # whether there was a pool at all

_pools = {}  # by number
_next_number = events.counter()
_fresh = {}  # not yet told, in their order
_all = weakref.WeakSet()
_unknown = weakref.WeakKeyDictionary()  # by executor: pools with queues of their own
_waiting = []  # commands that met a lock


class Reference(weakref.ref):
    """The executor's reference of one worker."""

    __slots__ = ()


class GoneReference(weakref.ref):
    """... of one that retires: as if the pool were gone."""

    __slots__ = ()

    def __call__(self):
        return None


class Threads(set):
    """The threads of a pool. shutdown() waits for one after the other."""

    __slots__ = ("pool",)

    def __repr__(self):
        return repr(set(set.__iter__(self)))

    def __iter__(self):
        if sys._getframe(1).f_code is not shutdown_code or not events.on:
            return set.__iter__(self)
        return self._joined()

    def _joined(self):
        thread = events.thread_id() | self.pool.tag
        detail = 6 << 56
        events.record((events.now(), 0, thread | events.BLOCKED << 32, detail))
        try:
            yield from set.__iter__(self)
        finally:
            events.record((events.now(), 0, thread | events.UNBLOCKED << 32, detail))


class Pool:
    """What we know of one executor; it does not keep it alive."""

    def __init__(self, executor, foreign=False):
        global used
        used = True
        self.executor = weakref.ref(executor, self._gone)
        self.made_ns = events.now()
        self.made_by = events.thread_id()
        self.foreign = foreign  # has a queue of its own
        self.queued = None  # the tag of its tasks, once it is prepared
        self.gate = False  # whether workers have to look before they take a task
        self.paused = False
        self.retire = 0  # so many workers are to leave
        self.made_with = self.max_workers = None  # max_workers at first, and that was told last
        self.shut = self.broken = self.told = False
        self.workers = weakref.WeakSet()
        self.door = _thread.allocate_lock()  # held while paused
        self.number = self.tag = 0
        _all.add(self)
        if events.on:
            _give_number(self)
            _fresh[self] = None

    def prepare(self):
        """The first task: the executor is complete by now. Also the first one after a fork."""
        self.queued = events.QUEUED << 32 | self.tag
        if not self.told and self not in _fresh:
            _fresh[self] = None
        executor = self.executor()
        if wanted_workers and not self.foreign and not self.told:
            executor._max_workers = wanted_workers
        if self.max_workers is None:
            self.made_with = self.max_workers = getattr(executor, "_max_workers", None)
        threads = getattr(executor, "_threads", None)
        if type(threads) is set:
            executor._threads = own = Threads(threads)
            own.pool = self
        events.thread_id()

    def add_worker(self, worker):
        self.workers.add(worker)
        self._look_at_max_workers()

    def _look_at_max_workers(self):
        """Programs set executor._max_workers, too. It means something when a worker starts."""
        now = getattr(self.executor(), "_max_workers", None)
        before = self.max_workers
        if before is not None and now != before:
            self.max_workers = now
            self.tell(events.MAX_WORKERS, _as_count(now) | _as_count(before) << 32)

    def tell(self, kind, detail=0, thread=None):
        if events.on and self.number:
            tag = (events.thread_id() if thread is None else thread) | kind << 32
            events.record((events.now(), 0, tag | self.number << 48, detail))

    def describe(self):
        """pool_created, before all that happens in it: with the time when it was made."""
        executor = self.executor()
        if executor is None or self.told:
            return executor is None
        if not hasattr(executor, "_initargs") and not hasattr(executor, "_thread_name_prefix"):
            return False  # its __init__ is still running
        self.told = True
        name = str.__str__(executor._thread_name_prefix) if _is_text(executor) else ""
        if self.foreign:
            name += " (queue unknown)"
        if self.made_with is None:
            self.made_with = self.max_workers = executor._max_workers
        detail = _as_count(self.made_with) | events.name_id(name) << 32
        tag = self.made_by | events.POOL_CREATED << 32 | self.number << 48
        events.first((self.made_ns, 0, tag, detail))
        return True

    def look(self):
        """Somebody put None into the queue: is it the end?"""
        executor = self.executor()
        over = thread_module is not None and thread_module._shutdown
        if executor is not None and executor._shutdown:
            over = True
            self.tell_shut()
        if over or executor is None:
            self.resume()
        worker = getattr(events.local, "worker", None)
        if over and worker is not None and worker.pool is self:
            worker.exit()

    def tell_shut(self):
        if not self.shut:
            self.shut = True
            self.tell(events.POOL_SHUT_DOWN)

    def _gone(self, _):
        try:
            self.tell_shut()
            self.resume()
            _pools.pop(self.number, None)
            if not events.on:
                _fresh.pop(self, None)
        except Exception:
            if events is not None:  # else the interpreter ends, and modules are gone
                events.fail()

    def drained(self, take, queue):
        """Python's own code empties the queue: a shutdown that cancels, or a failed initializer."""
        try:
            executor = self.executor()
            broken = getattr(executor, "_broken", False)
            if broken and not self.broken:
                self.broken = True
                self.tell(events.POOL_BROKEN, events.name_id(str(broken)))
        except Exception:
            events.fail()
        item = take(queue)
        try:
            if self.broken and item is not None and item is not workers.WAKE:
                condition = item.future._condition
                tag = events.FINISHED << 32 | events.ERROR | self.number << 48
                detail = events.name_id("BrokenThreadPool") << 44
                events.record((events.now(), condition.task, tag | events.thread_id(), detail))
        except Exception:
            events.fail()
        return item

    # --- what Poolscope wants

    def hold(self, worker, may_retire=True):
        """In a worker, before it takes a task: waits while the pool is paused; True if the worker
        is to leave."""
        try:
            while self.gate and events.on:
                if may_retire and self.retire > 0 and self._retire(worker):
                    return True
                if not self.paused or self._ends():
                    break
                if self.door.acquire(True, LOOK_AGAIN):
                    self.door.release()
        except Exception:
            events.fail()
        return False

    def _ends(self):
        executor = self.executor()
        if executor is None or executor._shutdown or thread_module._shutdown:
            self.resume()
            return True
        return False

    def _retire(self, worker):
        executor = self.executor()
        if executor is None or self.foreign:
            return False
        with executor._shutdown_lock:
            if self.retire <= 0 or executor._shutdown:
                return False
            self.retire -= 1
            if self.retire == 0 and not self.paused:
                self.gate = False
            threads = sys.modules["threading"]
            executor._threads.discard(threads.current_thread())
            executor._idle_semaphore.acquire(blocking=False)
        worker.retired = True
        worker.reference.__class__ = GoneReference
        if worker.thread is None:
            worker.begin()
        worker.exit()
        return True

    def pause(self):
        if self.paused or self.shut:
            return
        self.door.acquire(False)
        self.paused = True
        self.gate = True
        self.tell(events.PAUSED)
        self._wake(len(self.workers))

    def resume(self):
        if not self.paused:
            return
        self.paused = False
        self.gate = self.retire > 0
        try:
            self.door.release()
        except RuntimeError:
            pass
        self.tell(events.RESUMED)

    def _wake(self, count):
        """Gets workers out of the queue."""
        executor = self.executor()
        queue = getattr(executor, "_work_queue", None)
        if type(queue) is queue_class:
            for _ in range(count):
                queue_class.original.put(queue, workers.WAKE)

    def set_max_workers(self, wanted):
        """False: a lock was not to be had, try again. As our own executor: up at once, down without
        interrupting a task."""
        executor = self.executor()
        if executor is None or executor._shutdown or executor._broken or self.foreign:
            return True
        if not executor._shutdown_lock.acquire(True, LOCK_WAIT):
            return False
        try:
            shared = thread_module._global_shutdown_lock
            if not shared.acquire(True, LOCK_WAIT):
                return False
            try:
                if not executor._shutdown and not thread_module._shutdown:
                    self._resize(executor, wanted)
            finally:
                shared.release()
        finally:
            executor._shutdown_lock.release()
        return True

    def _resize(self, executor, wanted):
        before = executor._max_workers
        executor._max_workers = self.max_workers = wanted
        detail = wanted | _as_count(before) << 32
        self.tell(events.MAX_WORKERS, detail)
        alive = len(executor._threads)
        self.retire = max(0, alive - wanted)
        self.gate = self.paused or self.retire > 0
        if self.retire:
            self._wake(self.retire)
            return
        # To 3.11 a token is left for every task that ended while others waited: they would keep the
        # pool from growing.
        tokens = executor._idle_semaphore
        idle = sum(1 for each in self.workers if each.thread and each.future is None)
        while tokens._value > idle and tokens.acquire(blocking=False):
            pass
        target = min(wanted, alive + executor._work_queue.qsize())
        for _ in range(MOST_STEPS):
            if len(executor._threads) >= target:
                break
            executor._adjust_thread_count()


def switch(on):
    """Whether put() and get() tell. While nobody listens they do next to nothing."""
    if queue_class is not None:
        queue_class.put = queue_class.telling if on else queue_class.quiet
    for kind in (workers.Worker, workers.CpuWorker):
        kind.get = kind.telling_get if on else kind.quiet_get
        kind.get_nowait = kind.telling_get_nowait if on else kind.quiet_get_nowait


def _give_number(pool):
    """Never one that was used before; none for pools beyond what an event can name."""
    number = pool.number or _next_number()
    if number <= MOST_POOLS:
        pool.number = number
        pool.tag = number << 48
        _pools[number] = pool


def _is_text(executor):
    return isinstance(getattr(executor, "_thread_name_prefix", None), str)


def _as_count(value):
    return min(max(value, 0), 0xFFFFFFFF) if isinstance(value, int) else 0


def pool_of(executor):
    queue = executor._work_queue
    if type(queue) is queue_class:
        return queue.pool
    pool = _unknown.get(executor)
    if pool is None:
        pool = _unknown.setdefault(executor, Pool(executor, foreign=True))
        pool.prepare()
    return pool


def worker_daemon(executor):
    """As its other threads: one that the sender starts would ask the sender."""
    if events.get_ident() != events.sender:
        return None
    for thread in set.__iter__(executor._threads):
        return thread.daemon
    return False


def tell_foreign_item(item, frame):
    """A task of a pool that has a queue of its own is made."""
    try:
        executor = frame.f_locals.get("self")
        queue = getattr(executor, "_work_queue", None)
        if queue is None or type(queue) is queue_class:
            return
        pool = pool_of(executor)
        condition = item.future._condition
        condition.task = task = workers._next_task()
        condition.pool = pool.tag
        condition.queued = True
        name = workers._name_of(item)
        events.record((events.now(), task, pool.queued | events.thread_id(), name))
    except Exception:
        events.fail()


def tell_fresh():
    """Before events are sent: pools that are new."""
    for pool in list(_fresh):
        if pool.describe():
            _fresh.pop(pool, None)


def tell_again():
    """Somebody new wants events: of pools that there are, too."""
    _fresh.clear()
    for pool in sorted(_all, key=lambda each: each.made_ns):
        if pool.shut or pool.executor() is None:
            continue
        _give_number(pool)
        pool.queued = None
        pool.told = False
        pool.made_with = pool.max_workers = None
        pool.made_ns = events.now()
        pool.made_by = events.thread_id()
        _fresh[pool] = None
        for worker in list(pool.workers):
            worker.thread = None
    switch(True)
    for pool in list(_fresh):
        # Those that wait for a task tell of themselves.
        pool._wake(len(pool.workers))


def control(operation, number, value):
    """One command, by the sender; operation 0: what had to wait."""
    if operation == 0:
        again = _waiting[:]
        del _waiting[: len(again)]
    else:
        again = [(operation, number, value)]
    for operation, number, value in again:
        pool = _pools.get(number)
        if pool is None:
            continue
        if operation == SET_MAX_WORKERS and 1 <= value <= 4096:
            if not pool.set_max_workers(value):
                _waiting.append((operation, number, value))
        elif operation == PAUSE:
            pool.pause()
        elif operation == RESUME:
            pool.resume()


def release_all():
    """Poolscope is gone: nobody could resume a pool any more."""
    switch(False)
    for pool in list(_pools.values()):
        pool.retire = 0
        pool.resume()
        pool.gate = False


def after_fork():
    """The child has the pools without their threads."""
    events.after_fork()
    for pool in list(_all):
        pool.door = _thread.allocate_lock()
        pool.gate = pool.paused = False
        pool.retire = 0
        pool.told = False
        pool.queued = None
        pool.made_by = events.thread_id()
        pool.workers.clear()
    _fresh.clear()


events.on_begin.append(tell_again)
events.before_send.append(tell_fresh)
events.on_control.append(control)
events.on_gone.append(release_all)
