"""Run by `krait python -m unittest`."""

import json
import pathlib
import unittest

import index

EVENT = json.loads(pathlib.Path(__file__).with_name("event.json").read_text())


class Handler(unittest.TestCase):
    def test_it_answers_with_what_was_given(self):
        answer = index.main_handler(EVENT, {})
        self.assertEqual(answer["statusCode"], 200)
        self.assertEqual(json.loads(answer["body"]), {"path": "/hook", "given": {"test": 1}})

    def test_a_body_that_is_not_json(self):
        self.assertEqual(index.main_handler({**EVENT, "body": "{"}, {})["statusCode"], 400)

    def test_another_method(self):
        self.assertEqual(index.main_handler({**EVENT, "httpMethod": "GET"}, {})["statusCode"], 405)
