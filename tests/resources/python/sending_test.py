# SPDX-License-Identifier: Apache-2.0
"""What the client sends arrives once and whole, wherever its sending is interrupted."""

import unittest

import client

MARKER = 17

MARKS_WHILE_IT_SENDS = """
import poolscope
from _poolscope import link
send = link.send
def interrupted(data):
    link.send = send
    count = send(data)
    poolscope.mark("of a signal's handler")
    return count
link.send = interrupted
poolscope.mark("first")
poolscope.mark("last")
"""


class SendingTest(unittest.TestCase):
    def test_mark_in_the_midst_of_sending_comes_once(self):
        program = client.Program(self, MARKS_WHILE_IT_SENDS)
        records = program.listener.records()
        texts = {task: text for _, task, kind, _, text in records if kind == client.NAME}
        marked = [texts[detail] for _, _, kind, detail, _ in records if kind == MARKER]
        self.assertEqual(marked, ["first", "of a signal's handler", "last"])


if __name__ == "__main__":
    unittest.main()
