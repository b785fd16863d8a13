# SPDX-License-Identifier: Apache-2.0
"""Offers this process to `poolscope attach`: a socket for datagrams, by the number of the process, in
a folder that only the user can read. What comes there is the address of a Poolscope that wants
events (core/bridge/offer.h says the same for its side)."""

import os

import _socket
from _poolscope import events

_MOST = 108  # bytes of an address

_socket_object = None
_path = None


def folder():
    """Where the user's processes offer themselves; OSError if there is no place that is theirs."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    user = os.geteuid()
    place = f"{runtime}/poolscope" if runtime.startswith("/") else f"/tmp/poolscope-{user}"
    try:
        os.mkdir(place, 0o700)
    except FileExistsError:
        about = os.lstat(place)
        # Another user may have been faster.
        if about.st_uid != user or about.st_mode & 0o170077 != 0o040000:
            raise PermissionError(f"{place}: is no folder of this user's alone") from None
    return place


def tidy():
    """Takes away what processes left that were killed, or ended by os._exit()."""
    place = folder()
    for name in os.listdir(place):
        if name.isdigit() and not os.path.exists(f"/proc/{name}"):
            try:
                os.unlink(f"{place}/{name}")
            except OSError:
                pass


def begin():
    """Offers this process; OSError says why not."""
    global _socket_object, _path
    path = f"{folder()}/{os.getpid()}"
    made = _socket.socket(_socket.AF_UNIX, _socket.SOCK_DGRAM | _socket.SOCK_CLOEXEC)
    try:
        try:
            os.unlink(path)  # of a process that had our number, and was killed
        except FileNotFoundError:
            pass
        made.bind(path)
    except BaseException:
        made.close()
        raise
    _socket_object, _path = made, path
    events.invitation = take
    events.live = True


def path():
    return _path


def take():
    """The address of a Poolscope that has come, or nothing. Never waits."""
    try:
        return _socket_object.recv(_MOST, _socket.MSG_DONTWAIT).decode("utf-8", "surrogateescape")
    except (OSError, AttributeError):
        return None


def wait(seconds):
    """The same, waiting for it."""
    import select

    poll = select.poll()
    poll.register(_socket_object.fileno(), select.POLLIN)
    poll.poll(int(seconds * 1000))
    return take()


def end():
    """The process ends, or is not offered any more."""
    global _socket_object, _path
    gone, _socket_object = _socket_object, None
    path, _path = _path, None
    events.invitation = None
    if gone is not None:
        gone.close()
        try:
            os.unlink(path)
        except OSError:
            pass


def after_fork():
    """In the child: the socket is the parent's."""
    global _socket_object, _path
    gone, _socket_object, _path = _socket_object, None, None
    if gone is None:
        return
    gone.close()
    events.invitation = None
    try:
        begin()
    except OSError:
        pass  # it goes on unseen
