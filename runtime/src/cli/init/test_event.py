"""Run by `krait python -m unittest`."""

import json
import pathlib
import unittest

import index

EVENT = json.loads(pathlib.Path(__file__).with_name("event.json").read_text())
CONTEXT = {"request_id": "a-test"}


class Handler(unittest.TestCase):
    def test_it_greets_by_name(self):
        answer = index.main_handler(EVENT, CONTEXT)
        self.assertEqual(answer, {"greeting": "Hello, SCF!", "request": "a-test"})

    def test_it_greets_the_world(self):
        self.assertEqual(index.main_handler({}, CONTEXT)["greeting"], "Hello, world!")
