"""Lock prefixes in a server's processes. Only a process with one thread may run without the
interpreter's. (tests/cases/locks.md has the cases of a single process.)"""

import re
import unittest

from server import ROOT, Server, project, zygote_of

CASES = (ROOT / "tests/cases/locks.md").read_text()
PLACES = re.search(r"```python places.py\n(.*?)```", CASES, re.DOTALL)[1]
THREADED = """
import os, threading
from places import first, state

def main_handler(event, context):
    told = [state(), os.getpid()]
    if event.get("threads"):
        thread = threading.Thread(target=lambda: told.append(first("in", state())))
        thread.start()
        thread.join()
    return told
"""
# The same, but for a thread while it is loaded.
LOADED = THREADED + """
thread = threading.Thread(target=state)
thread.start()
thread.join()
"""


class Locks(unittest.TestCase):
    def setUp(self):
        self.server = self.serve(THREADED)

    def serve(self, source, settings=""):
        files = project({"function": source}, {"function": "memory = 512\ntimeout = 20\n" + settings})
        server = Server({**files, "function/places.py": PLACES})
        self.addCleanup(server.close)
        return server

    def state(self, process):
        """The bytes in another process's code; none if the kernel does not tell."""
        places = {}
        exec(PLACES.replace("/proc/self/exe", f"/proc/{process}/exe"), places)
        try:
            return places["state"](process)
        except PermissionError:
            self.skipTest("the process cannot be looked at")

    def test_an_instance_gets_them_with_its_first_thread(self):
        before, instance = self.server.returned("function")
        self.assertIn(before, ("out", "no table"))
        answer = self.server.returned("function", {"threads": True})
        self.assertEqual(answer, [before, instance, "right"])
        after, same = self.server.returned("function")
        self.assertEqual(same, instance)
        self.assertIn((before, after), (("out", "in"), ("no table", "no table")))

    def test_a_zygote_that_had_a_thread_when_it_loaded_a_function_forks_with_them(self):
        server = self.serve(LOADED, 'snapshot = "init"')
        told = [server.returned("function")[0] for _ in range(3)]
        self.assertIn(told, (["in"] * 3, ["no table"] * 3))

    def test_the_server_which_has_threads_has_them(self):
        self.server.returned("function")
        self.assertIn(self.state(self.server.pid), ("in", "no table"))

    def test_the_zygote_has_none_whatever_its_instances_do(self):
        self.server.returned("function", {"threads": True})
        self.assertIn(self.state(zygote_of(self.server.pid)[1]), ("out", "no table"))


if __name__ == "__main__":
    unittest.main()
