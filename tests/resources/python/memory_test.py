# SPDX-License-Identifier: Apache-2.0
"""What the client keeps is bounded, whatever becomes of Poolscope: it stalls, or ends, while a program
queues a million tasks. What is dropped is counted."""

import unittest

import client

TASKS = 1_000_000
QUEUED, LOST, BYE = 1, 18, 131

# A reader that stands still: few bytes may wait, so that the bound is met soon.
QUEUES_A_MILLION = """
import threading
events.MOST_BYTES = 4 << 20
release = threading.Event()
pool = ThreadPoolExecutor(1)
pool.submit(release.wait)
futures = [pool.submit(int) for _ in range({tasks})]
events.flush()
print(events._unsent_bytes, len(events.buffer), flush=True)
sys.stdin.readline()
release.set()
print(sum(future.result() for future in futures), flush=True)
pool.shutdown()
"""

LOSES_POOLSCOPE = """
pool = ThreadPoolExecutor(2)
pool.submit(int).result()
print("ready", flush=True)
sys.stdin.readline()
while events.on:
    pool.submit(int).result()
print(sum(pool.map(int, range(50_000))))
pool.shutdown()
print(len(events.buffer) < 100, len(events._news), len(events._unsent))
"""

STARTS_MANY_THREADS = """
import threading
pool = ThreadPoolExecutor(1)
for _ in range(3000):
    thread = threading.Thread(target=lambda: pool.submit(int).result())
    thread.start()
    thread.join()
pool.shutdown()
print(len(events._thread_texts) < 10)
"""


class MemoryTest(unittest.TestCase):
    def start(self, text):
        program = client.Program(self, text)
        self.listener = program.listener
        return program.process

    def test_reader_that_stalls_costs_bounded_memory_and_what_is_dropped_is_counted(self):
        program = self.start(QUEUES_A_MILLION.format(tasks=TASKS))
        unsent, waiting = map(int, program.stdout.readline().split())
        # The last batch that fits may be of 20 ms.
        self.assertLess(unsent, 16 << 20)
        self.assertLess(waiting, 4 * 300_000)
        program.stdin.write("\n")
        program.stdin.close()
        records = self.listener.records()
        self.assertEqual(program.stdout.readline(), "0\n")
        queued = sum(record[2] == QUEUED for record in records)
        lost = sum(record[3] for record in records if record[2] in (LOST, BYE))
        self.assertLess(queued, TASKS)
        self.assertGreaterEqual(queued + lost, TASKS + 1)

    def test_poolscope_that_has_ended_costs_nothing_any_more(self):
        program = self.start(LOSES_POOLSCOPE)
        program.stdout.readline()
        self.listener.close()
        program.stdin.write("\n")
        program.stdin.close()
        self.assertEqual(program.stdout.read(), "1249975000\nTrue 0 0\n")
        self.assertEqual(program.wait(), 0)

    def test_threads_that_have_ended_are_forgotten(self):
        program = self.start(STARTS_MANY_THREADS)
        self.assertEqual(program.stdout.read(), "True\n")


if __name__ == "__main__":
    unittest.main()
