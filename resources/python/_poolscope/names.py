# SPDX-License-Identifier: Apache-2.0
"""Texts for tasks and errors. Nothing of the program's own code is run for them."""

import sys

from _poolscope import events

_PLAIN = (str, int, float, bool, bytes, type(None))
_MOST = 256
# Their texts are made by the interpreter's own code; others' __str__ may do anything.
_STANDARD = getattr(sys, "stdlib_module_names", None) or frozenset(
    ("builtins", "json", "os", "socket", "ssl", "subprocess", "urllib", "http", "queue", "asyncio")
)


def of_function(function):
    """`module.qualname`; of a partial, what it wraps."""
    for _ in range(8):
        partial = getattr(sys.modules.get("functools"), "partial", ())
        if type(function) is not partial:
            break
        inner = function.func
        # asyncio.to_thread() wraps the function in Context.run.
        if getattr(inner, "__qualname__", "") == "Context.run" and function.args:
            inner = function.args[0]
        function = inner
    name = getattr(function, "__qualname__", None)
    module = getattr(function, "__module__", None)
    if type(name) is not str:
        kind = type(function)
        name, module = kind.__qualname__, kind.__module__
    return f"{module}.{name}" if type(module) is str and module else name


def of_error(error):
    kind = type(error)
    text = _text(error)
    name = kind.__qualname__
    return f"{name}: {text}" if text else name


def _text(error):
    if not all(_is_plain(each) for each in error.args):
        return ""
    if _is_harmless(type(error)):
        return str(error)[:_MOST]
    return ", ".join(str(each) for each in error.args)[:_MOST]


def _is_plain(value):
    if type(value) in _PLAIN:
        return True
    return (
        isinstance(value, BaseException)
        and _is_harmless(type(value))
        and all(type(each) in _PLAIN for each in value.args)
    )


def _is_harmless(kind):
    """Whether str() of such an error runs none of the program's code, if its arguments are plain."""
    module = getattr(kind.__str__, "__module__", None)
    # The interpreter's own have none.
    return module is None or module.partition(".")[0] in _STANDARD


def error_id(error):
    number = events.name_id(of_error(error))
    return number if number < 1 << 20 else 0
