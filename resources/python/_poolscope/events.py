# SPDX-License-Identifier: Apache-2.0
"""Events of this process on their way to Poolscope. Hooks append four integers to one list, which
is atomic; a thread of ours sends them on. What the hooks use most is a plain function or list of
this module, so that they can take it once.

No hook may raise, wait, or take a lock that the program could hold. A collection of garbage may
run the program's finalizers in the middle of our code, and those may wait for anything: so names
and threads are told without a lock, workers are counted under one that is held for no step that
allocates, and the lock for sending is only ever tried.

Three states: somebody wants events (`on`); nobody does, but somebody may come (`live` alone: this
process offers itself, and the hooks keep only what they will need then); or never again."""

import itertools
import select
import sys
import time
from array import array  # all at the beginning: the program may leave no path to find them by

import _thread
from _poolscope import link

QUEUED, STARTED, FINISHED = 1, 2, 3
WORKER_STARTED, WORKER_EXITED, MAX_WORKERS = 6, 7, 8
BLOCKED, UNBLOCKED, DELIVERED = 9, 10, 11
PAUSED, RESUMED, POOL_CREATED, POOL_SHUT_DOWN, POOL_BROKEN, MARKER, LOST, AWAITS = range(12, 20)
ERROR, CANCELLED = 1 << 40, 2 << 40

# As many events may wait at once, and so many bytes for a reader that is slow.
MOST_EVENTS = 262_144
MOST_BYTES = 64 << 20
# Texts beyond this are told as no text at all.
MOST_NAMES = 100_000
# Threads beyond this are told as none: Poolscope takes no more.
MOST_THREADS = 1 << 18

INTERVAL = 0.02
IDLE_INTERVAL = 0.1
END_LOOK, END_LOOKS = 0.005, 10  # for the end of the sender, after which it goes on regardless
LAST_WAIT = 0.5  # for a slow reader, when the process ends
BEGIN_WAIT = 1.0  # for another thread that sends, before a new Poolscope is told

now = link.monotonic_ns
thread_time_ns = time.thread_time_ns
get_ident = _thread.get_ident


def counter():
    """A function that counts 1, 2, ... for all threads."""
    count = itertools.count(1).__next__
    if getattr(sys, "_is_gil_enabled", lambda: True)():
        return count
    # Without the interpreter's lock two threads may get the same number.
    lock = _thread.RLock()

    def count_alone():
        with lock:
            return count()

    return count_alone


# Whether anybody wants events. A child of a fork has let go of its parent's connection.
on = link.is_connected() or link.connect()
live = True  # whether anybody wants them, or may in the future
buffer = []
record = buffer.extend

_sending = _thread.RLock()
_counting = _thread.RLock()
_wake = _thread.allocate_lock()
_wake.acquire()
_alive = _thread.allocate_lock()  # held while the sender runs
_workers = 0  # threads of pools; while there are some, the sender runs
_running = False
_failed = False
_ended = False
_names = {}
_news = []  # texts that were not sent yet
_name_texts = []  # all of them, for whom they were not sent to: after a fork, or another Poolscope
_thread_texts = {}  # those of threads that live, by number
_notices = []
_urgent = False  # there is a notice that need not wait for an event
_unsent = []  # of (bytes, whole): `whole` is sent again from its beginning if the connection changes
_offset = 0
_unsent_bytes = 0
_heads = []  # events that come before all others of their batch
first = _heads.extend
sender = 0  # which thread sends
_untold = 0  # events that were dropped and not yet told
_heard = b""  # the beginning of a command
_next_name = counter()
_next_thread = counter()
on_begin = []  # somebody wants events from here on
before_send = []  # tell of new pools
on_control = []  # do what Poolscope wants
on_tick = []  # of the sender, when it has sent
on_gone = []  # Poolscope is gone: no pool may be left paused
invitation = None  # gives the address of a Poolscope that has asked for events, while we offer them


class _Local(_thread._local):
    """What is known of a thread: `id`; in a worker `worker`; and while it is blocked what to say at
    the end of that. Goes with the thread."""

    worker = None
    waiting = None


class _Leaver:
    """Goes with its thread, and takes the thread's text along."""

    __slots__ = ("number",)

    def __init__(self, number):
        self.number = number

    def __del__(self, pop=_thread_texts.pop):
        pop(self.number, None)


local = _Local()


def name_id(text):
    """The number of a text, told before the first event that uses it; 0 for none or too many."""
    if not text:
        return 0
    known = _names.get(text)
    if known is not None:
        return known
    if len(_names) >= MOST_NAMES:
        return 0
    number = _next_name()
    # Told first: whoever finds the number may use it. If another thread is faster, one text has two.
    data = link.text_record(0, number, link.NAME << 32, text)
    _name_texts.append(data)
    if on:
        _news.append(data)
    return _names.setdefault(text, number)


def enter_thread(name=None):
    """Gives the calling thread its number, and tells its name."""
    if name is None:
        name = _own_name()
    number = _next_thread()
    if number > MOST_THREADS:
        local.id = 0
        return 0
    data = link.text_record(_thread.get_native_id(), number, link.THREAD << 32, name)
    _thread_texts[number] = data
    local.leaver = _Leaver(number)
    if on:
        _news.append(data)
    local.id = number
    return number


def _own_name():
    threading = sys.modules.get("threading")
    # current_thread() would invent one for a thread that threading did not make.
    thread = threading._active.get(get_ident()) if threading is not None else None
    return thread.name if thread is not None else "thread"


def thread_id():
    try:
        return local.id
    except AttributeError:
        return enter_thread()


def marker(text):
    if on:
        record((now(), 0, thread_id() | MARKER << 32, name_id(text)))
        flush()


def notice(text):
    """Something that Poolscope is to tell its user: what of this process cannot be seen, and why."""
    global _urgent
    data = link.text_record(now(), 0, link.NOTICE << 32, text)
    _notices.append(data)
    if on:
        _news.append(data)
        _urgent = True
        flush()


def fail():
    """An error of ours: the program goes on without us, and Poolscope says so."""
    global _failed, live
    if _failed:
        return
    _failed = True
    live = False
    error = sys.exc_info()[1]
    try:
        if on and not _unsent:
            text = f"an error of the client ends the watching: {type(error).__name__}: {error}"
            link.send(link.text_record(now(), 0, link.NOTICE << 32, text))
    except Exception:
        pass
    stop()


def begin(address):
    """Somebody wants events: from here on they are told there. False: it is not to be."""
    global on, _offset, _unsent_bytes, _untold, _heard
    if _failed or on or not _sending.acquire(True, BEGIN_WAIT):
        return False
    try:
        del buffer[:], _heads[:], _unsent[:], _news[:]
        _offset = _unsent_bytes = _untold = 0
        _heard = b""
        if on or not link.connect(address):
            return False
        on = True
        _tell_all_texts()
        for call in on_begin:
            call()
        return True
    except Exception:
        fail()
        return False
    finally:
        _sending.release()


def _tell_all_texts():
    global _urgent
    _news[:0] = _name_texts + list(_thread_texts.values()) + _notices
    _urgent = bool(_notices)


def stop():
    """Nobody wants events any more: what waits is dropped. If we offer them, others may come."""
    global on, live
    live = invitation is not None and not _failed
    if not on:
        return
    on = False
    # The hooks first: until they are quiet, other threads go on telling.
    try:
        for call in on_gone:
            call()
    finally:
        del buffer[:], _heads[:], _news[:], _unsent[:]
        link.close()


# --- sending


def flush():
    """Sends what there is, if nobody else does. Never waits. A signal's handler or a finalizer may
    come here out of the middle of ourselves."""
    if not on or _sending._is_owned() or not _sending.acquire(False):
        return
    try:
        _collect()
        _send()
    except Exception:
        fail()
    finally:
        _sending.release()


def _collect():
    """Makes bytes of what waits."""
    global _untold, _unsent_bytes, _urgent
    for call in before_send:
        call()
    heads = _heads[:]
    del _heads[: len(heads)]
    chunk = buffer[:]
    del buffer[: len(chunk)]
    if not chunk and not heads and not _urgent:
        return
    _urgent = False
    chunk[:0] = heads
    count = len(chunk)
    # After the events: all that they name has been told by then.
    news = _news[:]
    del _news[: len(news)]
    if news:
        _append(b"".join(news), True)
    room = max(0, MOST_EVENTS * 4 if _unsent_bytes < MOST_BYTES else 0)
    if count > room:
        _untold += (count - room) // 4
        del chunk[room:]
    if chunk or (_untold and room):
        if _untold and room:
            chunk[:0] = (now(), 0, thread_id() | LOST << 32, _untold)
            _untold = 0
        data = array("Q", chunk)
        if sys.byteorder == "big":
            data.byteswap()
        _append(data.tobytes(), False)


def _append(data, whole):
    global _unsent_bytes
    _unsent.append((data, whole))
    _unsent_bytes += len(data)


def _send():
    global _offset, _unsent_bytes
    if not _unsent:
        return
    if not link.is_ours() and not _reconnect():
        stop()
        return
    while _unsent:
        data = _unsent[0][0]
        try:
            sent = link.send(data if _offset == 0 else memoryview(data)[_offset:])
        except OSError:
            stop()  # Poolscope has ended
            return
        if sent == 0:
            return
        _offset += sent
        if _offset == len(data):
            del _unsent[0]
            _unsent_bytes -= len(data)
            _offset = 0


def _reconnect():
    """The program closed our connection with all its files: goes on with another one, where the
    last ended."""
    global _offset
    if not link.connect():
        return False
    if _unsent:
        _offset = 0 if _unsent[0][1] else _offset & ~31
    return True


def drain(seconds=LAST_WAIT):
    """Sends all that there is, waiting for a slow reader for so long at most."""
    if not on or _sending._is_owned():
        return
    until = now() + int(seconds * 1e9)
    if not _sending.acquire(True, seconds):
        return
    try:
        _collect()
        while on:
            _send()
            left = (until - now()) / 1e9
            if not on or not _unsent or left <= 0:
                break
            _wait_writable(left)
    except Exception:
        fail()
    finally:
        _sending.release()


def _wait_writable(seconds):
    poll = select.poll()
    poll.register(link.number(), select.POLLOUT)
    try:
        poll.poll(int(seconds * 1000) + 1)
    except OSError:
        pass


def end():
    """The very last of this process."""
    global _ended
    if _ended:
        return
    _ended = True
    drain()
    if on and not _unsent and link.is_ours():
        try:
            link.send(link.record(now(), 0, link.BYE << 32, _untold))
        except OSError:
            pass
    link.close()


def leave():
    """Says goodbye to a Poolscope while the process goes on."""
    drain()
    with _sending:
        if on and not _unsent:
            try:
                link.send(link.record(now(), 0, link.BYE << 32, _untold))
            except OSError:
                pass
        stop()


# --- the sender


def worker_begins():
    """A pool is about to start a thread."""
    global _workers, _running
    with _counting:
        _workers += 1
        if _running or not live:
            return
        _running = True
    _alive.acquire(False)
    try:
        _thread.start_new_thread(_run, ())
    except RuntimeError:  # no more threads
        _running = False
        fail()


def worker_ended():
    """The sender goes with the last worker, and before it: a program that has joined its threads
    has none of ours either, when it forks or counts."""
    global _workers
    with _counting:
        _workers -= 1
        last = _workers == 0
    if not last:
        return
    flush()
    wake()
    for _ in range(END_LOOKS):
        if not _running or _workers or _alive.acquire(True, END_LOOK):
            break


def wake():
    try:
        _wake.release()
    except RuntimeError:
        pass  # it has been told


def _run():
    global _running, sender
    sender = get_ident()
    idle = 0
    while True:
        with _counting:
            if _workers == 0 or not live:
                _running = False
                break
        _wake.acquire(True, INTERVAL if idle < 50 else IDLE_INTERVAL)
        busy = bool(buffer)
        if on:
            flush()
            _listen()
        else:
            _look_for_invitation()
        idle = 0 if busy else idle + 1
    try:
        _alive.release()  # at the very end
    except RuntimeError:
        pass


def _look_for_invitation():
    try:
        address = invitation() if invitation is not None else None
        if address:
            begin(address)
    except Exception:
        fail()


def _listen():
    global _heard
    try:
        if on:
            data = link.receive()
            if data == b"":  # Poolscope has ended, or does not want more
                with _sending:
                    stop()
                return
            if data is not None:
                data = _heard + data
                whole = len(data) & ~31
                _heard = data[whole:]
                for first in range(0, whole, 32):
                    words = [
                        int.from_bytes(data[at : at + 8], "little")
                        for at in range(first, first + 24, 8)
                    ]
                    for call in on_control:
                        call(*words)
            for call in on_control:
                call(0, 0, 0)  # what could not be done the last time
            for call in on_tick:
                call()
    except Exception:
        fail()


# --- fork


def after_fork():
    """In the child: nothing of the parent's is ours."""
    global _sending, _counting, _alive, _wake, _workers, _running, _offset, _unsent_bytes, _untold, _ended
    _sending = _thread.RLock()
    _counting = _thread.RLock()
    _alive = _thread.allocate_lock()
    _wake = _thread.allocate_lock()
    _wake.acquire()
    _workers = 0
    _running = False
    _ended = False
    del buffer[:], _heads[:], _unsent[:]
    _offset = _unsent_bytes = _untold = 0
    local.__dict__.clear()
    _thread_texts.clear()
    _news[:] = _name_texts if on else []
    link.restarted()
    if on and not link.connect():
        stop()
