"""Runs one module of CPython's test suite, test by test, and reports what came of each.

The event has these keys:
  module     the module, in the package `test`: "test_json" or "test_json.test_scanner"
  report     a file, to which a line of JSON is added for everything that happens
  folder     an empty folder to work in
  only       names of tests to run; null for all
  having     only tests that have this in their names; null for all
  without    names of tests to leave out
  resources  what tests may use that takes long or much: see `test.support.requires`

A line is {"begins": NAME}, {"name": NAME, "outcome": OUTCOME, "text": TEXT, "seconds": N}, or
{"ends": true}. The outcome is passed, failed, or skipped. What happens in the name of a whole
class or module has the name of that, as in "test_json.TestScanner (setUpClass)".
"""

import contextlib
import importlib
import json
import logging
import os
import random
import sys
import time
import traceback
import types
import unittest

from test import support
from test.support import import_helper

# The tests put things in the place of these.
_open, _write, _close, _getpid, _exit = os.open, os.write, os.close, os.getpid, os._exit
_clock = time.monotonic
_dumps = json.dumps
_format_exception = traceback.format_exception
_APPEND = os.O_WRONLY | os.O_APPEND

# How much of a traceback is kept.
LONGEST_TEXT = 6000


class Report:
    """Where the lines go. A line is written at once: the next test may end the process."""

    def __init__(self, path):
        self._path = path
        self._process = _getpid()

    def add(self, line):
        if _getpid() != self._process:
            # A child that a test forked has come back out of it.
            _exit(70)
        # The file is opened for each line, because tests close what is open.
        descriptor = _open(self._path, _APPEND)
        try:
            _write(descriptor, _dumps(line).encode() + b"\n")
        finally:
            _close(descriptor)

    def begins(self, name):
        self.add({"begins": name})

    def outcome(self, name, outcome, text, seconds):
        text = str(text)
        if len(text) > LONGEST_TEXT:
            text = text[: LONGEST_TEXT // 3] + "\n[...]\n" + text[-2 * LONGEST_TEXT // 3 :]
        self.add({"name": name, "outcome": outcome, "text": text, "seconds": round(seconds, 3)})


def name_of(test):
    """The name of a test, or of what stands for a class or module, below the package `test`."""
    identity = test.id()
    what, _, place = identity.partition(" (")
    if place and what in ("setUpClass", "tearDownClass", "setUpModule", "tearDownModule"):
        identity = f"{place.removesuffix(')')} ({what})"
    elif identity.startswith("unittest.loader._FailedTest."):
        identity = identity.removeprefix("unittest.loader._FailedTest.") + " (import)"
    return identity.removeprefix("test.")


class Result(unittest.TestResult):
    def __init__(self, report):
        super().__init__()
        self._report = report
        self._began = _clock()
        self._problems = []
        self._skipped = None
        self._passed = 0

    def startTest(self, test):
        super().startTest(test)
        self._problems = []
        self._skipped = None
        self._began = _clock()
        self._report.begins(name_of(test))

    def stopTest(self, test):
        super().stopTest(test)
        self._tell(name_of(test))

    def _tell(self, name):
        seconds = _clock() - self._began
        if self._problems:
            outcome, text = "failed", "\n".join(self._problems)
        elif self._skipped is not None:
            outcome, text = "skipped", self._skipped
        else:
            outcome, text = "passed", ""
        self._report.outcome(name, outcome, text, seconds)

    def _add_problem(self, test, error):
        try:
            text = "".join(_format_exception(*error))
        except BaseException as another:
            text = f"{error[0]!r}, which cannot be shown: {another!r}"
        if isinstance(test, unittest.suite._ErrorHolder):
            self._report.outcome(name_of(test), "failed", text, 0)
        else:
            self._problems.append(text)

    def addError(self, test, error):
        self._add_problem(test, error)

    def addFailure(self, test, error):
        self._add_problem(test, error)

    def addSubTest(self, test, subtest, error):
        if error is not None:
            # What the suite's authors call a subtest is part of the test here.
            self._problems.append(f"{subtest._subDescription()}\n")
            self._add_problem(test, error)

    def addSkip(self, test, reason):
        if isinstance(test, unittest.suite._ErrorHolder):
            self._report.outcome(name_of(test), "skipped", reason, 0)
        elif not isinstance(test, unittest.case._SubTest):
            self._skipped = reason

    def addUnexpectedSuccess(self, test):
        self._problems.append("it is expected to fail, and does not")


class Suite(unittest.TestSuite):
    """A suite that reports what it does before the first test of a class or module."""

    def __init__(self, tests, report):
        super().__init__(tests)
        self._report = report

    def _handleModuleFixture(self, test, result):
        if test.__class__.__module__ != self._get_previous_module(result):
            self._report.begins(f"{test.__class__.__module__.removeprefix('test.')} (setUpModule)")
        super()._handleModuleFixture(test, result)

    def _handleClassSetUp(self, test, result):
        if test.__class__ != getattr(result, "_previousTestClass", None):
            self._report.begins(f"{name_of(test).rpartition('.')[0]} (setUpClass)")
        super()._handleClassSetUp(test, result)


# Modules of the library whose file a test module names while it is imported. krait's library has
# no files; those that the suite came with are as good.
FILES_NAMED = {
    "test_ast": "ast",
    "test_linecache": "linecache",
    "test_modulefinder": "tempfile",
}


def make_a_place_for_tests(module_name):
    """Does what CPython's own runner does, or what it finds done, before a module is imported."""
    logging.getLogger().handlers.clear()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")
    random.seed(20261126)
    if sys.implementation.name == "cpython":
        return
    sys.modules.setdefault("__main__", types.ModuleType("__main__"))
    # All of krait's library is frozen: without that there would be none.
    import_helper.frozen_modules = lambda enabled=True: contextlib.nullcontext()
    import_helper.import_module = without_native_modules(import_helper.import_module)
    if named := FILES_NAMED.get(module_name):
        library = os.path.dirname(os.path.realpath(os.path.dirname(support.__path__[0])))
        importlib.import_module(named).__file__ = f"{library}/{named}.py"


class Absent:
    """Stands for a module of CPython's own test modules in C: a test that uses it is skipped."""

    def __init__(self, name):
        self._name = name

    def __getattr__(self, attribute):
        raise unittest.SkipTest(f"No module named {self._name!r}")


def without_native_modules(import_module):
    """`import_helper.import_module`, by which one class of a module would skip the whole module."""

    def import_or_stand_in(name, *arguments, **options):
        try:
            return import_module(name, *arguments, **options)
        except unittest.SkipTest:
            if name not in ("_testcapi", "_testlimitedcapi"):
                raise
            return Absent(name)

    return import_or_stand_in


def tests_of(suite):
    """All tests of a suite, flat, in its order."""
    for part in suite:
        if isinstance(part, unittest.TestSuite):
            yield from tests_of(part)
        else:
            yield part


def run(event):
    report = Report(event["report"])
    module_name = event["module"]
    os.chdir(event["folder"])

    report.begins(f"{module_name} (import)")
    began = _clock()
    try:
        support.use_resources = list(event["resources"])
        support.verbose = 0
        make_a_place_for_tests(module_name)
        loader = unittest.TestLoader()
        suite = loader.loadTestsFromName(f"test.{module_name}")
        tests = list(tests_of(suite))
        if loader.errors and not tests:
            raise ImportError("\n".join(loader.errors))
    except unittest.SkipTest as reason:
        report.outcome(f"{module_name} (import)", "skipped", reason, _clock() - began)
        report.add({"ends": True})
        return
    except BaseException:
        text = "".join(_format_exception(*sys.exc_info()))
        report.outcome(f"{module_name} (import)", "failed", text, _clock() - began)
        report.add({"ends": True})
        return
    report.outcome(f"{module_name} (import)", "passed", "", _clock() - began)

    only, without = event["only"], set(event["without"])
    if only is not None:
        only = set(only)
        tests = [test for test in tests if name_of(test) in only]
    if event["having"] is not None:
        tests = [test for test in tests if event["having"] in name_of(test)]
    tests = [test for test in tests if name_of(test) not in without]
    result = Result(report)
    Suite(tests, report).run(result)
    report.add({"ends": True})


def main_handler(event, context):
    run(event)


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        run(json.load(file))
