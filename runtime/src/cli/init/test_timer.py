"""Run by `krait python -m unittest`."""

import json
import pathlib
import unittest

import index

EVENT = json.loads(pathlib.Path(__file__).with_name("event.json").read_text())


class Handler(unittest.TestCase):
    def test_it_tells_the_day_and_the_message(self):
        answer = index.main_handler(EVENT, {})
        self.assertEqual(answer, {"day": "2026-01-02", "message": "user text"})
