# SPDX-License-Identifier: Apache-2.0
"""What a Python program pays for being watched. Run by bridge_bench under `poolscope run`: every
figure is of a new process, one with the client and one without it in turns, so that both meet the
same machine.

    bridge_turns.py ROUNDS      prints one JSON object: kind to a list of [with, without] in seconds
    bridge_turns.py --one KIND  prints seconds, as the child of the above
"""

import json
import os
import subprocess
import sys
import time

EMPTY_TASKS = 30_000
ROUND_TRIPS = 4_000
MS_TASKS = 1_200
MS_BATCHES = 5


def nothing():
    pass


def submit_all(workers):
    """A task: all submitted, then all results asked for."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(workers) as pool:
        for future in [pool.submit(nothing) for _ in range(EMPTY_TASKS // 10)]:
            future.result()
        begin = time.perf_counter()
        futures = [pool.submit(nothing) for _ in range(EMPTY_TASKS)]
        for future in futures:
            future.result()
        return (time.perf_counter() - begin) / EMPTY_TASKS


def round_trips():
    """A task that is waited for before the next one is submitted."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        for _ in range(ROUND_TRIPS // 10):
            pool.submit(nothing).result()
        begin = time.perf_counter()
        for _ in range(ROUND_TRIPS):
            pool.submit(nothing).result()
        return (time.perf_counter() - begin) / ROUND_TRIPS


def milliseconds():
    """A task that waits for a millisecond, with 8 workers. Whether Python's lock changes hands in
    the midst of the submitting is chance, 5 ms either way: so there are some batches."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(time.sleep, [0.001] * 80))
        begin = time.perf_counter()
        for _ in range(MS_BATCHES):
            list(pool.map(time.sleep, [0.001] * MS_TASKS))
        return (time.perf_counter() - begin) / (MS_TASKS * MS_BATCHES)


KINDS = {
    "empty_1_worker": lambda: submit_all(1),
    "empty_4_workers": lambda: submit_all(4),
    "round_trip": round_trips,
    "task_of_1_ms": milliseconds,
}


def without_client():
    """The environment as it would be without Poolscope."""
    plain = {key: value for key, value in os.environ.items() if not key.startswith("POOLSCOPE_")}
    client, _, rest = plain.pop("PYTHONPATH").partition(":")
    if rest:
        plain["PYTHONPATH"] = rest
    return plain


def seconds_of(kind, environment):
    words = [sys.executable, os.path.abspath(__file__), "--one", kind]
    if kind != "start_up":
        done = subprocess.run(words, env=environment, check=True, stdout=subprocess.PIPE)
        return float(done.stdout)
    words[1:] = ["-c", "from concurrent.futures import ThreadPoolExecutor"]
    begin = time.perf_counter()
    subprocess.run(words, env=environment, check=True)
    return time.perf_counter() - begin


def take_turns(rounds):
    turns = {kind: [] for kind in [*KINDS, "start_up"]}
    plain = without_client()
    for turn in range(-1, rounds):
        for kind, pairs in turns.items():
            pair = [0.0, 0.0]
            for side in (0, 1) if turn % 2 else (1, 0):
                pair[side] = seconds_of(kind, plain if side else None)
            if turn >= 0:  # before it, files come into memory
                pairs.append(pair)
    return turns


if __name__ == "__main__":
    if sys.argv[1] == "--one":
        print(KINDS[sys.argv[2]]())
    else:
        print(json.dumps(take_turns(int(sys.argv[1]))))
