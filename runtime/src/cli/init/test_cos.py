"""Run by `krait python -m unittest`."""

import json
import pathlib
import unittest

import index

EVENT = json.loads(pathlib.Path(__file__).with_name("event.json").read_text())


class Handler(unittest.TestCase):
    def test_it_tells_what_came(self):
        answer = index.main_handler(EVENT, {})
        expected = {"bucket": "photos-1251234567", "key": "a/b.jpg", "bytes": 1029}
        self.assertEqual(answer, [expected])
