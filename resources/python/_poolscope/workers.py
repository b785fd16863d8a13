# SPDX-License-Identifier: Apache-2.0
"""What is called for every task: the queue of a pool, and what each worker has in its place. Every
step here counts."""

from _poolscope import events, names

_next_task = events.counter()
_known = {}  # (qualname, module) to the number of the name
record, now, local = events.record, events.now, events.local


class Wake:
    """An item that gets a worker out of the queue, to look at what else there is. Where Python's
    own code drains a queue it passes for a work item."""

    fn = None

    class future:
        @staticmethod
        def cancel():
            return False

        @staticmethod
        def set_exception(exception):
            pass

    @staticmethod
    def run(*_):
        pass


WAKE = Wake()


def _name_of(item):
    """The number of a task's name."""
    try:
        function = item.fn
    except AttributeError:
        task = getattr(item, "task", None)  # 3.14
        function = task[0] if type(task) is tuple and task else None
        if isinstance(function, bytes):  # a pool of interpreters: pickled
            return events.name_id(str(task[1])) if len(task) > 1 else 0
    number = events.name_id(names.of_function(function))
    kind = type(function).__name__
    if kind in ("function", "builtin_function_or_method") and len(_known) < events.MOST_NAMES:
        _known[function.__qualname__, function.__module__] = number
    return number


def make_queue_class(queue):
    """The queue of a pool, with a put() that tells of tasks."""
    original = queue.SimpleQueue
    put_original = original.put
    get_nowait_original = original.get_nowait
    known, next_task, name_of = _known, _next_task, _name_of

    def put(self, item, block=True, timeout=None):
        try:
            if item is None:
                pool = self.pool
                if pool is not None:
                    pool.look()
            else:
                pool = self.pool
                condition = item.future._condition
                try:
                    function = item.fn
                    name = known[function.__qualname__, function.__module__]
                except (KeyError, AttributeError, TypeError):
                    name = name_of(item)
                task = next_task()
                try:
                    record((now(), task, pool.queued | local.id, name))
                except (TypeError, AttributeError):
                    pool.prepare()
                    record((now(), task, pool.queued | events.thread_id(), name))
                condition.task = task
                condition.pool = pool.tag
                condition.queued = True
        except Exception:
            events.fail()
        put_original(self, item)

    telling = put

    def put(self, item, block=True, timeout=None):
        """While nobody listens."""
        if item is None and self.pool is not None:
            try:
                self.pool.look()
            except Exception:
                events.fail()
        put_original(self, item)

    quiet = put

    class SimpleQueue(original):
        __slots__ = ("pool",)

        def get_nowait(self):
            """Only who drains the queue comes here: workers have another way."""
            pool = self.pool
            if pool is not None and events.on:
                return pool.drained(get_nowait_original, self)
            return get_nowait_original(self)

    for name in ("__module__", "__name__", "__qualname__", "__doc__"):
        setattr(SimpleQueue, name, getattr(original, name))
    SimpleQueue.telling, SimpleQueue.quiet = telling, quiet
    return SimpleQueue


class Worker:
    """Stands for the queue in one worker. Threads: that worker's."""

    __slots__ = (
        "pool", "queue", "reference", "name", "take", "take_now", "thread", "started", "finished",
        "future", "task", "retired", "exited", "__weakref__",
    )  # fmt: skip

    def __init__(self, pool, queue, reference, name):
        self.pool = pool
        self.queue = queue
        self.reference = reference
        self.name = name
        self.thread = None
        self.future = None
        self.task = 0
        self.retired = self.exited = False
        original = getattr(type(queue), "original", None)
        if original is not None:
            self.take = original.get.__get__(queue, original)
            self.take_now = original.get_nowait.__get__(queue, original)
        else:
            self.take = queue.get
            self.take_now = getattr(queue, "get_nowait", None)
        events.worker_begins()
        pool.add_worker(self)

    def telling_get(self, block=True, timeout=None):
        future = self.future
        if future is not None:
            self.future = None
            try:
                if future._exception is None and future._state == "FINISHED":
                    record((now(), self.task, self.finished, 0))
                else:
                    self.finish_badly(future, 0)
                self.task = 0
            except Exception:
                events.fail()
            future = None
        pool = self.pool
        while True:
            if pool.gate and pool.hold(self):
                return None
            if self.thread is None:
                self.begin()
            item = self.take(block, timeout)
            try:
                future = item.future
                task = future._condition.task
                if future._state == "PENDING" and not pool.gate:
                    record((now(), task, self.started, 0))
                    self.task = task
                    self.future = future
                    return item
            except Exception:
                pass
            if item is not WAKE:
                return self.take_slowly(item)

    def telling_get_nowait(self):
        """As 3.12 and later take a task, before they wait for one."""
        future = self.future
        if future is not None:
            self.future = None
            try:
                if future._exception is None and future._state == "FINISHED":
                    record((now(), self.task, self.finished, 0))
                else:
                    self.finish_badly(future, 0)
                self.task = 0
            except Exception:
                events.fail()
            future = None
        pool = self.pool
        while True:
            if pool.gate and pool.hold(self):
                return None
            if self.thread is None:
                self.begin()
            item = self.take_now()
            try:
                future = item.future
                task = future._condition.task
                if future._state == "PENDING" and not pool.gate:
                    record((now(), task, self.started, 0))
                    self.task = task
                    self.future = future
                    return item
            except Exception:
                pass
            if item is not WAKE:
                return self.take_slowly(item)

    def quiet_get(self, block=True, timeout=None):
        """While nobody listens."""
        self.future = None
        while True:
            item = self.take(block, timeout)
            if events.on:
                return self.take_first(item) if item is not WAKE else self.get(block, timeout)
            if item is not WAKE:
                return item

    def quiet_get_nowait(self):
        self.future = None
        while True:
            item = self.take_now()
            if events.on:
                return self.take_first(item) if item is not WAKE else self.get_nowait()
            if item is not WAKE:
                return item

    def take_first(self, item):
        """Somebody has begun to listen while we waited for this one."""
        if self.thread is None:
            self.begin()
        return self.take_slowly(item)

    get, get_nowait = telling_get, telling_get_nowait

    def finish(self, spent=0):
        """As get() does it first of all: the worker is free again, its task has ended, its callbacks
        too."""
        future = self.future
        self.future = None
        try:
            if future._exception is None and future._state == "FINISHED":
                record((now(), self.task, self.finished, spent))
            else:
                self.finish_badly(future, spent)
            self.task = 0
        except Exception:
            events.fail()

    def finish_badly(self, future, spent):
        error = future._exception
        if error is not None:
            detail = spent | names.error_id(error) << 44
            record((now(), self.task, self.finished | events.ERROR, detail))
        else:
            record((now(), self.task, self.finished | events.CANCELLED, spent))

    def take_slowly(self, item):
        """None, a task that was cancelled, one that came while the pool is paused, or one that was
        queued without that we saw it."""
        if item is None or not events.on:
            return item
        pool = self.pool
        if pool.gate:
            pool.hold(self, may_retire=False)
        try:
            future = item.future
            if future._state != "PENDING":
                return item
            condition = future._condition
            if not hasattr(condition, "task"):
                condition.task = _next_task()
                condition.pool = pool.tag
                condition.queued = True
            self.task = condition.task
            record((now(), self.task, self.started, 0))
            self.future = future
        except Exception:
            events.fail()
        return item

    def put(self, item, *rest):
        """The worker leaves, and tells the next one; one that retires leaves alone."""
        if self.retired:
            return
        self.queue.put(item, *rest)

    def begin(self):
        """The first call, in the thread itself."""
        try:
            try:
                thread = local.id  # told again, to another Poolscope
            except AttributeError:
                thread = events.enter_thread(self.name)
            self.thread = thread
            local.worker = self
            pool = self.pool
            here = thread | pool.tag
            self.started = here | events.STARTED << 32
            self.finished = here | events.FINISHED << 32
            detail = events.name_id(self.name) | _index_of(self.name) << 32
            if events.on:
                record((now(), 0, here | events.WORKER_STARTED << 32, detail))
        except Exception:
            self.thread = 0
            events.fail()

    def exit(self):
        """Told once; whoever sees the end first: the pool, or the end of the thread."""
        if self.exited:
            return
        self.exited = True
        try:
            if self.thread and events.on:
                tag = self.thread | events.WORKER_EXITED << 32 | self.pool.tag
                record((now(), 0, tag, 1 if self.retired else 0))
            events.worker_ended()
        except Exception:
            events.fail()

    def __del__(self):
        try:
            if self.future is not None:
                self.finish()
            self.exit()
        except Exception:  # a module may be gone already
            pass

    def __getattr__(self, name):
        return getattr(object.__getattribute__(self, "queue"), name)


class CpuWorker(Worker):
    """One that also measures the CPU time of its tasks."""

    __slots__ = ("cpu_ns",)

    def telling_get(self, block=True, timeout=None):
        if self.future is not None:
            self.finish(self.spent())
        item = Worker.telling_get(self, block, timeout)
        self.cpu_ns = events.thread_time_ns()
        return item

    def telling_get_nowait(self):
        if self.future is not None:
            self.finish(self.spent())
        item = Worker.telling_get_nowait(self)
        self.cpu_ns = events.thread_time_ns()
        return item

    get, get_nowait = telling_get, telling_get_nowait

    def take_first(self, item):
        item = Worker.take_first(self, item)
        self.cpu_ns = events.thread_time_ns()
        return item

    def spent(self):
        # 0 says that it was not measured.
        return min(max(events.thread_time_ns() - self.cpu_ns, 1), (1 << 44) - 1)


def _index_of(name):
    digits = name.rpartition("_")[2]
    return int(digits) if digits.isdigit() and len(digits) < 6 else 0
