"""`snapshot = "init"`: instances are forked from a loaded function."""

import os
import select
import signal
import time
import unittest

from plain_http import WHO
from server import HELD, PATIENCE, Background, Server, descendants_of, opened, project, wait_until


class LoadedAhead(unittest.TestCase):
    """`snapshot = "init"`: imports happen once."""

    def server(self, functions, settings):
        server = Server(project(functions, settings))
        self.addCleanup(server.close)
        return server

    SOURCE = HELD + """
import random
with open(os.environ["LINES"], "a") as file:
    file.write(f"{os.getpid()}\\n")
def main_handler(event, context):
    hold(event)
    if event.get("exit"):
        os._exit(1)
    return [os.getpid(), random.random()]
"""

    def started(self):
        settings = 'timeout = 60\nsnapshot = "init"\nenvironment = { LINES = "FOLDER/lines" }'
        server = self.server({"own": self.SOURCE}, {"own": settings})
        self.lines = server.folder / "lines"
        return server

    def imports(self):
        """Which processes have loaded the function."""
        return [int(each) for each in self.lines.read_text().split()]

    def test_imports_happen_once(self):
        server = self.started()
        with server.held("own", 5) as calls:
            pass
        values = [each.result() for each in calls]
        self.assertEqual(len({value[0] for value in values}), 5)
        self.assertEqual(len({value[1] for value in values}), 5)
        self.assertEqual(len(self.imports()), 1)
        self.assertEqual(server.returned("own", {"exit": True})["statusCode"], 439)
        server.returned("own")
        self.assertEqual(len(self.imports()), 1)

    def test_what_is_made_at_import_is_shared_until_it_is_changed(self):
        source = HELD + """
import random, secrets, uuid
pid = os.getpid()
loaded = [random.random(), uuid.uuid4().hex, secrets.token_hex(), os.urandom(8).hex()]
calls = 0
def main_handler(event, context):
    global calls
    calls += 1
    hold(event)
    fresh = [random.random(), uuid.uuid4().hex, secrets.token_hex(), os.urandom(8).hex()]
    return {"pid": os.getpid(), "loader": pid, "loaded": loaded, "fresh": fresh, "calls": calls}
"""
        server = self.server({"own": source}, {"own": 'snapshot = "init"\ntimeout = 60'})
        with server.held("own", 4) as calls:
            pass
        values = [each.result() for each in calls]
        self.assertEqual(len({value["pid"] for value in values}), 4)
        # One process loaded it, and is none of them.
        [loader] = {value["loader"] for value in values}
        self.assertNotIn(loader, [value["pid"] for value in values])
        self.assertEqual([value["loaded"] for value in values], [values[0]["loaded"]] * 4)
        for kind in range(4):
            fresh = {value["fresh"][kind] for value in values} | {values[0]["loaded"][kind]}
            self.assertEqual(len(fresh), 5, kind)
        # What a call changes is its instance's alone.
        self.assertEqual([value["calls"] for value in values], [1] * 4)
        again = server.returned("own")
        self.assertEqual((again["calls"], again["pid"] in [value["pid"] for value in values]), (2, True))

    def test_another_is_made_where_it_has_ended(self):
        server = self.started()
        server.returned("own")
        loader = self.imports()[0]
        ended = os.pidfd_open(loader)
        os.kill(loader, signal.SIGKILL)
        # What it was asked for until it has ended is lost with it.
        select.select([ended], [], [], PATIENCE)
        os.close(ended)
        self.assertEqual(len(server.returned("own")), 2)
        server.returned("own", {"exit": True})
        self.assertEqual(len(server.returned("own")), 2)
        self.assertEqual(len(self.imports()), 2)

    def test_what_fails_while_loading(self):
        for source, code in [
            ("import os\nos._exit(1)", 439),
            ("raise ValueError('no')", 443),
            ("import nothing_of_that_name", 443),
            ("while True: pass", 450),
        ]:
            server = self.server({"own": source}, {"own": 'snapshot = "init"\ninit-timeout = 3'})
            begun = time.monotonic()
            answer = server.returned("own")
            self.assertEqual(answer["statusCode"], code, answer)
            self.assertLess(time.monotonic() - begun, 20)
            # Nothing goes on: the zygote's two, two spares, and what was loaded as far as it went.
            most = 5 if code == 443 else 4
            wait_until(lambda: len(descendants_of(server.pid)) <= most, PATIENCE, f"an end of {source}")

    def test_loading_delays_no_other_function(self):
        server = self.server(
            {"slow": "open('FOLDER/pipe').read()\n" + WHO, "quick": WHO},
            {"slow": 'snapshot = "init"', "quick": 'snapshot = "init"'},
        )
        os.mkfifo(server.folder / "pipe")
        slow = Background(server.returned, "slow")
        with opened(server.folder / "pipe"):
            self.assertIsInstance(server.returned("quick"), int)
            self.assertTrue(slow.is_alive())
        self.assertIsInstance(slow.result(), int)
