# SPDX-License-Identifier: Apache-2.0
"""Programs that a watcher must not disturb, one by name: cases.py NAME. Each says
how many of its tasks end; `--list` lists them."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, as_completed, wait


def same(value):
    return value


def pool(count=5):
    with ThreadPoolExecutor(2) as executor:
        return sum(executor.map(same, range(count)))


def all_is_sent():
    """Whether whoever watches has been sent all that there is to tell, by the thread that does it."""
    events = sys.modules.get("_poolscope.events")
    if events is None:
        return True
    with events._sending:  # not in the midst of it
        return not events.buffer and not events._unsent


def exits_at_once():
    """0"""


def uses_no_pool():
    """0"""
    print("no pool")


def fails():
    """1"""
    ThreadPoolExecutor(1).submit(lambda: 1 / 0).result()


def says_its_status():
    """5"""
    pool()
    sys.exit(5)


def ends_by_exit():
    """5"""
    pool()
    os._exit(3)


def ends_by_exit_while_a_pool_is_busy():
    """5"""
    executor = ThreadPoolExecutor(2)
    list(executor.map(same, range(5)))
    os._exit(3)


def child_ends_by_exit():
    """12"""
    executor = ThreadPoolExecutor(2)
    list(executor.map(same, range(5)))
    child = os.fork()
    if child == 0:
        list(ThreadPoolExecutor(2).map(same, range(7)))
        os._exit(4)
    print(os.waitpid(child, 0)[1])
    executor.shutdown()


def is_killed():
    """5"""
    executor = ThreadPoolExecutor(2)
    list(executor.map(same, range(5)))
    while not all_is_sent():
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGKILL)


def crashes():
    """5"""
    pool()
    os.kill(os.getpid(), signal.SIGSEGV)


def closes_all_files():
    """10"""
    executor = ThreadPoolExecutor(2)
    list(executor.map(same, range(5)))
    os.closerange(3, 4096)
    others = [open("/dev/null", "rb") for _ in range(600)]
    list(executor.map(same, range(5)))
    executor.shutdown()
    print(all(each.read() == b"" for each in others))


def drops_privileges():
    """10"""
    executor = ThreadPoolExecutor(2)
    list(executor.map(same, range(5)))
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    print(sum(executor.map(same, range(3))))
    with ThreadPoolExecutor(1) as other:
        print(sum(other.map(same, range(2))))
    child = os.fork()
    if child == 0:
        os._exit(7)
    print(os.waitpid(child, 0)[1])
    executor.shutdown()


def daemonises():
    """5"""
    ready, told = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.chdir("/")
            nothing = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(nothing, stream)
            pool()
            os.write(told, b"x")
        os._exit(0)
    os.close(told)
    os.wait()
    print(os.read(ready, 1), os.read(ready, 1))  # the second at its end, when all of it is told


def changes_directory():
    """5"""
    os.chdir("/")
    pool()


def replaces_the_path():
    """5"""
    sys.path[:] = [each for each in sys.path if "python3" in each]
    pool()
    print(any("poolscope" in each for each in sys.path))


def forks():
    """12"""
    executor = ThreadPoolExecutor(2)
    list(executor.map(same, range(5)))
    child = os.fork()
    if child == 0:
        pool(7)
        sys.exit(0)
    print(os.waitpid(child, 0)[1])
    executor.shutdown()


def uses_a_forkserver():
    """5"""
    import multiprocessing

    child = multiprocessing.get_context("forkserver").Process(target=pool)
    child.start()
    child.join()
    print(child.exitcode)


def leaves_no_way_to_import():
    """5"""
    executor = ThreadPoolExecutor(2)
    sys.path[:] = sys.meta_path[:] = []
    print(sum(executor.map(same, range(5))))
    executor.shutdown()


def stops_the_clock():
    """5"""
    time.monotonic_ns = lambda: 0
    time.monotonic = None
    print(sum(ThreadPoolExecutor(2).map(same, range(5))))


def starts_another():
    """9"""
    pool(4)
    print(subprocess.run([sys.executable, __file__, "changes_directory"]).returncode)


def names_are_odd():
    """3"""

    def odd():
        raise ValueError("bad\n\ud800 \x00")

    odd.__qualname__ = "two\nlines\udcff"

    class Callable:
        def __call__(self):
            return 1

        def __getattr__(self, name):
            raise AttributeError(name)

    class Error(Exception):
        def __str__(self):
            print("somebody looked")
            return "text"

    def other():
        raise Error(Callable())

    with ThreadPoolExecutor(2) as executor:
        print(type(executor.submit(odd).exception()), executor.submit(Callable()).result())
        print(type(executor.submit(other).exception()))


def has_ten_thousand_pools():
    """50"""
    pools = [ThreadPoolExecutor(1) for _ in range(10_000)]
    print(sum(each.submit(same, 1).result() for each in pools[:50]))
    for each in pools:
        each.shutdown()


def has_a_long_queue():
    """100000"""
    with ThreadPoolExecutor(4) as executor:
        futures = [executor.submit(same, 1) for _ in range(100_000)]
        print(sum(future.result() for future in futures))


def has_queues_of_its_own():
    """40"""
    import queue

    class Bounded(ThreadPoolExecutor):
        def __init__(self, *words):
            super().__init__(*words)
            self._work_queue = queue.Queue(maxsize=3)

    class Plain(ThreadPoolExecutor):
        def submit(self, *words, **named):
            return super().submit(*words, **named)

    for kind in (Bounded, Plain):
        with kind(2) as executor:
            print(sum(executor.map(same, range(20))))


def waits_in_many_ways():
    """38"""
    executor = ThreadPoolExecutor(4, thread_name_prefix="w")

    def outer(value):
        return executor.submit(same, value).result()

    print(sum(executor.submit(outer, i).result() for i in range(4)))
    futures = [executor.submit(same, i) for i in range(10)]
    print(sum(each.result() for each in as_completed(futures)))
    print(len(wait([executor.submit(same, i) for i in range(10)]).done))
    wait([executor.submit(same, i) for i in range(10)], return_when=FIRST_COMPLETED)
    executor.shutdown()


def cancels():
    """1"""
    import threading

    release = threading.Event()
    executor = ThreadPoolExecutor(1)
    executor.submit(release.wait)
    futures = [executor.submit(same, i) for i in range(10)]
    print(futures[0].cancel(), futures[0].cancel(), futures[0].cancelled())
    executor.shutdown(wait=False, cancel_futures=True)
    release.set()
    print(sum(each.cancelled() for each in futures))


def uses_asyncio():
    """6"""
    import asyncio

    async def main():
        print(await asyncio.gather(*[asyncio.to_thread(same, i) for i in range(5)]))
        print(await asyncio.get_running_loop().run_in_executor(None, same, 9))

    asyncio.run(main())


def is_interrupted():
    """1"""
    import linecache
    import threading

    interrupted = threading.Event()
    main = threading.main_thread().ident

    def interrupt(*_):
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        raise KeyboardInterrupt

    def main_waits():
        frame = sys._current_frames()[main]
        line = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
        return future._condition._waiters and "waiter.acquire" in line

    def work():
        # At one place of the program, whose traceback is the same each time. Again and again: a
        # signal just before the wait begins does not end it.
        while not main_waits():
            time.sleep(0.001)
        while not interrupted.wait(0.05):
            signal.pthread_kill(main, signal.SIGALRM)

    signal.signal(signal.SIGALRM, interrupt)
    executor = ThreadPoolExecutor(1)
    started = threading.Event()
    future = executor.submit(lambda: started.wait() and work())
    started.set()
    try:
        future.result()
    finally:
        interrupted.set()


def breaks_its_pool():
    """1"""

    def bad():
        raise ValueError("no worker can begin")

    executor = ThreadPoolExecutor(2, initializer=bad)
    try:
        executor.submit(same, 1).result()
    except Exception as error:
        print(type(error).__name__)


if __name__ == "__main__":
    if sys.argv[1] == "--list":
        for name, function in list(globals().items()):
            if (getattr(function, "__doc__", None) or "").isdigit():
                print(name, function.__doc__)
    else:
        globals()[sys.argv[1]]()
