# SPDX-License-Identifier: Apache-2.0
"""The interpreter's own tests of thread pools have the same result under Poolscope as without it.

    interpreter_tests.py POOLSCOPE PYTHON     compares; status 77: this Python has no tests
    interpreter_tests.py --run FILE           runs them, and writes their results there
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

# Modules, and which of their tests: those of threads and futures, and of executors in asyncio.
SELECTED = (
    ("test.test_concurrent_futures", ("*Thread*", "*Future*")),
    ("test.test_asyncio.test_threads", ("*",)),
    ("test.test_asyncio.test_base_events", ("*executor*",)),
    ("test.test_asyncio.test_events", ("*executor*",)),
    ("test.test_asyncio.test_futures", ("*executor*", "*wrap_future*")),
)
FEWEST = 60  # far fewer mean that they were not found
MINUTES = 8
SKIP = 77


class Results(unittest.TestResult):
    """What became of each test."""

    def __init__(self):
        super().__init__()
        self.all = {}

    def startTest(self, test):
        super().startTest(test)
        self.all[test.id()] = "ok"

    def addError(self, test, err):
        self._note(test, "error", err)

    def addFailure(self, test, err):
        self._note(test, "failure", err)

    def addSkip(self, test, reason):
        self.all[test.id()] = "skipped: " + reason

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self._note(subtest, "failure", err)

    def _note(self, test, what, err):
        self.all[test.id()] = what
        print(test.id(), self._exc_info_to_string(err, test), file=sys.stderr)


def run(path):
    loader = unittest.TestLoader()
    results = Results()
    for module, patterns in SELECTED:
        loader.testNamePatterns = list(patterns)
        loader.loadTestsFromName(module).run(results)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(results.all, file)


def compare(poolscope, python):
    if subprocess.run([python, "-c", "import test.test_concurrent_futures"], stderr=-3).returncode:
        print(f"{python} has no tests of its own installed")
        return SKIP
    with tempfile.TemporaryDirectory() as folder:
        recording = os.path.join(folder, "tests.pftrace")
        words = [python, os.path.abspath(__file__), "--run"]
        watched = [poolscope, "run", "--headless", "--record", recording, "--"]
        runs = {}
        for name, prefix in (("without", []), ("with", watched)):
            result = os.path.join(folder, name)
            runs[result] = subprocess.Popen(prefix + words + [result])
        results = []
        for result, process in runs.items():
            if process.wait(MINUTES * 60) != 0:
                print("ended with status", process.returncode)
                return 1
            with open(result, encoding="utf-8") as file:
                results.append(json.load(file))
        about = subprocess.run([poolscope, "info", "--json", recording], stdout=-1)
        seen = json.loads(about.stdout)["tasks"]["finished"]
    without, under = results
    different = {
        name: (without.get(name), under.get(name))
        for name in {**without, **under}
        if without.get(name) != under.get(name)
    }
    for name, pair in sorted(different.items()):
        print(f"{name}: without {pair[0]}, with Poolscope {pair[1]}")
    good = sum(each == "ok" for each in under.values())
    print(f"{len(under)} tests, {good} ok, {len(different)} different, {seen} tasks seen")
    return 0 if not different and len(under) >= FEWEST and seen > 1000 else 1


if __name__ == "__main__":
    if sys.argv[1] == "--run":
        run(sys.argv[2])
    else:
        sys.exit(compare(*sys.argv[1:3]))
