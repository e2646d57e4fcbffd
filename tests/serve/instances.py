"""Which instance serves a call, how many there are, and which are discarded."""

import json
import os
import signal
import unittest

from plain_http import HOLDING, WHO
from server import HELD, PATIENCE, Background, Server, is_there, project, wait_until, zygote_of

FAILING = """
import os, time
def main_handler(event, context):
    what = event.get("what")
    if what == "raise":
        raise ValueError("as asked")
    if what == "loop":
        while True: pass
    if what == "eat":
        held, piece = [], b"x" * (1 << 20)
        while True: held.append(bytearray(piece))
    if what == "exit":
        os._exit(1)
    return os.getpid()
"""


# One that had no instance yet takes its time.
CROWD = HELD + """
def main_handler(event, context):
    hold(event)
    if not event:
        time.sleep(1)
"""


class Pool(unittest.TestCase):
    """Which instance serves a call."""

    def server(self, functions, settings=None, options=()):
        server = Server(project(functions, settings), options)
        self.addCleanup(server.close)
        return server

    def test_a_full_queue_is_a_432(self):
        server = self.server(
            {"single": HOLDING}, {"single": "timeout = 60\nconcurrency = 1\nmemory = 256"},
            ["--queue", "2"],
        )
        server.returned("single")
        with server.held("single", others=2) as running:
            answer = server.invoke("single", {})["Result"]
        envelope = (
            '{"errorCode":-1,"errorMessage":"Function [single] concurrency exceeded reserved quota '
            '256 MB","requestId":"%s","statusCode":432}'
        )
        self.assertEqual(answer["RetMsg"], envelope % answer["FunctionRequestId"])
        self.assertEqual(answer["InvokeResult"], 1)
        # One instance, one after the other.
        self.assertEqual(len({each.result() for each in running}), 1)

    def test_one_function_s_line_does_not_delay_another(self):
        server = self.server(
            {"single": HOLDING, "who": WHO}, {"single": "timeout = 60\nconcurrency = 1"}
        )
        with server.held("single", others=3) as line:
            self.assertIsInstance(server.returned("who"), int)
            self.assertTrue(all(each.is_alive() for each in line))
        self.assertEqual(len({each.result() for each in line}), 1)

    def test_fairness_at_the_limit_of_all(self):
        """If one function's queue takes every place, another function's call is next."""
        server = self.server(
            {"crowd": CROWD, "who": WHO}, {"crowd": "timeout = 60"}, ["--max-instances", "2"]
        )
        with server.held("crowd", 2, others=10) as crowd:
            other = Background(server.returned, "who")
            server.until_waiting(11)
        other.result()
        # Those that had an instance are over, and few of those that came before it.
        self.assertGreaterEqual(sum(each.is_alive() for each in crowd), 5)

    def test_a_call_that_no_instance_took_goes_to_another(self):
        """Even if processes that the ended one left behind hold its socket open."""
        leaving = (
            "import os, time\n"
            "def main_handler(event, context):\n"
            "    if event.get('leave') and os.fork() == 0:\n"
            "        os.setsid()\n"
            "        time.sleep(1000)\n"
            "    return os.getpid()\n"
        )
        server = self.server({"leaving": leaving})
        first = server.returned("leaving", {"leave": True})
        _, zygote = zygote_of(server.pid)
        # The zygote, which would report the end, cannot; the server continues it when it has to.
        os.kill(zygote, signal.SIGSTOP)
        os.kill(first, signal.SIGKILL)
        self.assertNotIn(server.returned("leaving"), [first, None])

    def test_which_instances_are_discarded(self):
        server = self.server({"failing": FAILING}, {"failing": "timeout = 3\nmemory = 128"})
        before = server.returned("failing")
        for what, code, kept in [
            ("raise", 430, True),
            ("loop", 433, False),
            ("eat", 434, False),
            ("exit", 439, False),
        ]:
            self.assertEqual(server.returned("failing", {"what": what})["statusCode"], code)
            after = server.returned("failing")
            self.assertEqual(after == before, kept, what)
            if kept:
                self.assertTrue(is_there(before), what)
            else:
                wait_until(lambda: not is_there(before), PATIENCE, f"its end after {what}")
            before = after

    def test_an_event_that_is_no_json_costs_no_instance(self):
        server = self.server({"who": WHO})
        before = server.returned("who")
        body = json.dumps({"FunctionName": "who", "ClientContext": "{"})
        headers = {"X-TC-Action": "Invoke", "X-TC-Version": "2018-04-16",
                   "Content-Type": "application/json"}
        status, _, answer = server.request("POST", "/", body, headers)
        self.assertIn("Error", json.loads(answer)["Response"])
        self.assertEqual(server.returned("who"), before)

    def test_concurrency_is_a_limit(self):
        server = self.server({"two": HOLDING}, {"two": "timeout = 60\nconcurrency = 2"})
        with server.held("two", 2, others=2) as calls:
            self.assertTrue(all(each.is_alive() for each in calls))
        self.assertEqual(len({each.result() for each in calls}), 2)

    def test_latest_first(self):
        server = self.server({"holding": HOLDING}, {"holding": "timeout = 60"})
        with server.held("holding") as first:
            with server.held("holding", 2) as more:
                pass
            processes = {each.result() for each in more}
        last = first[0].result()
        self.assertEqual(len(processes | {last}), 3)
        for _ in range(5):
            self.assertEqual(server.returned("holding"), last)

    def test_idle_limit(self):
        server = self.server({"who": WHO}, {}, ["--idle", "3"])
        first = server.returned("who")
        self.assertEqual(server.returned("who"), first)
        wait_until(lambda: not is_there(first), PATIENCE, "its end")
        self.assertNotEqual(server.returned("who"), first)

    def test_max_invocations(self):
        server = self.server({"who": WHO}, {}, ["--max-invocations", "3"])
        who = [server.returned("who") for _ in range(6)]
        self.assertEqual(who, [who[0]] * 3 + [who[3]] * 3)
        self.assertNotEqual(who[0], who[3])

    def test_max_instance_memory(self):
        """An instance's memory after its call counts, not its memory during the call."""
        source = """
        import os
        held, piece = [], b"x" * (1 << 20)
        def main_handler(event, context):
            held.append([bytearray(piece) for _ in range(event["keep"])])
            passing = [bytearray(piece) for _ in range(event.get("pass", 0))]
            return [os.getpid(), len(held)]
        """
        server = self.server({"holding": source}, {"holding": "memory = 512\ntimeout = 30"}, ["--max-instance-memory", "150"])
        first, count = server.returned("holding", {"keep": 1})
        self.assertEqual(count, 1)
        # Below it, one is kept, with what its module holds.
        self.assertEqual(server.returned("holding", {"keep": 1}), [first, 2])
        self.assertEqual(server.returned("holding", {"keep": 1, "pass": 200}), [first, 3])
        self.assertEqual(server.returned("holding", {"keep": 1}), [first, 4])
        # Past it, one answers and is replaced.
        self.assertEqual(server.returned("holding", {"keep": 160}), [first, 5])
        wait_until(lambda: not is_there(first), PATIENCE, "its end")
        second, count = server.returned("holding", {"keep": 1})
        self.assertEqual(count, 1)
        self.assertNotEqual(second, first)
        self.assertEqual(server.returned("holding", {"keep": 1}), [second, 2])

    def test_fresh_randomness(self):
        source = HELD + """
import random, uuid
def main_handler(event, context):
    hold(event)
    return [os.getpid(), random.random(), str(uuid.uuid4()), os.urandom(8).hex(), hash("a")]
"""
        for settings in ["", 'snapshot = "init"\n']:
            server = self.server({"chance": source}, {"chance": settings + "timeout = 60"})
            with server.held("chance", 4) as calls:
                pass
            values = [each.result() for each in calls]
            for index in range(4):
                self.assertEqual(len({value[index] for value in values}), 4, (settings, values))
