# SPDX-License-Identifier: Apache-2.0
"""What the hooks rely on in each CPython is what that one has; a Python of which that is not so is
left alone. The shapes in tests/data/python/shapes are those of the versions in their names:

    PYTHON shapes_test.py --write        writes those of the interpreter that runs it
"""

import copy
import glob
import json
import os
import subprocess
import sys
import types
import unittest

import client
from _poolscope import shapes

FOLDER = os.path.join(client.DATA, "shapes")
PARTS = {"base": shapes._BASE, "thread": shapes._THREAD}


def own_shapes():
    import concurrent.futures._base as base
    import concurrent.futures.thread as thread

    found = {"base": shapes.of(base, shapes._BASE), "thread": shapes.of(thread, shapes._THREAD)}
    code = base.Future._Future__get_result.__code__
    found["get_result"] = [code.co_name, code.co_argcount, code.co_varnames, code.co_names]
    return found


def write():
    version = "%d.%d" % sys.version_info[:2]
    with open(os.path.join(FOLDER, version + ".json"), "w", encoding="utf-8") as file:
        json.dump(own_shapes(), file, indent=1)
        file.write("\n")


def unknown(version):
    for part, wanted in PARTS.items():
        name = shapes.unknown(version[part], wanted)
        if name is not None:
            return name
    return None


class ShapesTest(unittest.TestCase):
    def setUp(self):
        self.versions = {}
        for path in sorted(glob.glob(os.path.join(FOLDER, "*.json"))):
            with open(path, encoding="utf-8") as file:
                self.versions[os.path.basename(path)[: -len(".json")]] = json.load(file)

    def test_all_versions_that_we_speak_of_are_here(self):
        self.assertEqual(list(self.versions), ["3.10", "3.11", "3.12", "3.13", "3.14", "3.9"])

    def test_each_version_is_known(self):
        from _poolscope import results

        for name, version in self.versions.items():
            with self.subTest(name):
                self.assertIsNone(unknown(version))
                code = version["get_result"]
                self.assertEqual((*code[:2], tuple(code[2]), tuple(code[3])), results._KNOWN)

    def test_this_interpreter_is_known(self):
        self.assertIsNone(unknown(own_shapes()))

    def test_a_function_that_is_missing_is_named(self):
        for name, version in self.versions.items():
            for part, wanted in PARTS.items():
                for function in wanted:
                    with self.subTest(name, function=function):
                        changed = copy.deepcopy(version)
                        del changed[part][function]
                        self.assertEqual(unknown(changed), function)

    def test_a_function_that_does_it_otherwise_is_named(self):
        for name, version in self.versions.items():
            for part, wanted in PARTS.items():
                for function, (_, names) in wanted.items():
                    for used in names:
                        with self.subTest(name, function=function, used=used):
                            changed = copy.deepcopy(version)
                            changed[part][function][1].remove(used)
                            self.assertEqual(unknown(changed), function)

    def test_a_worker_that_takes_other_arguments_is_named(self):
        for name, version in self.versions.items():
            with self.subTest(name):
                changed = copy.deepcopy(version)
                changed["thread"]["_worker"][0].reverse()
                self.assertEqual(unknown(changed), "_worker")


class UnknownPythonTest(unittest.TestCase):
    """A whole program in a Python whose _worker() is another one."""

    PROGRAM = """
import sys
sys.path.insert(0, {client!r})
import concurrent.futures.thread as thread
original = thread._worker
def _worker(queue, reference, *rest):
    original(reference, queue, *rest)
thread._worker = _worker
from _poolscope import entry
entry.start({socket!r}, {client!r})
import queue, threading
print(thread.queue is queue, thread.threading is threading)
"""

    def test_it_is_left_alone_and_that_is_told(self):
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            listener = client.Listener(os.path.join(folder, "socket"))
            text = self.PROGRAM.format(
                client=os.path.join(client.ROOT, "resources/python"), socket=listener.path
            )
            done = subprocess.run([sys.executable, "-B", "-c", text], stdout=-1, check=True, text=True)
            listener.accept()
            records = listener.records()
            listener.close()
        self.assertEqual(done.stdout, "True True\n")
        notices = [record[4] for record in records if record[2] == 132]
        self.assertEqual(len(notices), 1)
        self.assertIn("_worker of concurrent.futures.thread", notices[0])


class TasksOf314Test(unittest.TestCase):
    """An item of 3.14 has its function in a tuple; one for an interpreter of its own is pickled."""

    def name_of(self, **attributes):
        from _poolscope import events, workers

        number = workers._name_of(types.SimpleNamespace(**attributes))
        return next((text for text, known in events._names.items() if known == number), None)

    def test_name_is_that_of_the_function(self):
        self.assertEqual(self.name_of(fn=json.dumps), "json.dumps")
        self.assertEqual(self.name_of(task=(json.loads, ("1",), {})), "json.loads")

    def test_name_of_what_is_pickled_is_its_kind(self):
        self.assertEqual(self.name_of(task=(b"\x80\x04", "function")), "function")


class CounterTest(unittest.TestCase):
    def test_without_the_interpreters_lock_numbers_are_still_once_each(self):
        import threading

        from _poolscope import events

        sys._is_gil_enabled, before = lambda: False, getattr(sys, "_is_gil_enabled", None)
        try:
            count = events.counter()
        finally:
            if before is None:
                del sys._is_gil_enabled
            else:
                sys._is_gil_enabled = before
        taken = []

        def take():
            taken.extend([count() for _ in range(2000)])

        threads = [threading.Thread(target=take) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(taken), list(range(1, 16001)))


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        write()
    else:
        unittest.main()
