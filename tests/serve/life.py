"""Start, reload and end of a server."""

import signal
import socket
import time
import unittest

from plain_http import HOLDING, SLEEPER, Client
from server import HELD, PATIENCE, Background, Server, descendants_of, ended, is_there, project, wait_until


class Life(unittest.TestCase):
    """Beginning, reload, end."""

    REFUSAL = (
        "error: another krait serves from the data folder {}; stop it, or name another folder with "
        "--data-dir\n"
    )

    def server(self, functions, settings=None, options=(), environment=None):
        server = Server(project(functions, settings), options, environment)
        self.addCleanup(server.close)
        return server

    def test_sigterm_lets_calls_finish(self):
        server = self.server({"holding": HOLDING}, {"holding": "timeout = 60"})
        idle = Client(server)
        self.addCleanup(idle.close)

        def refused():
            try:
                server.connect(1).close()
            except ConnectionRefusedError:
                return True
            except ConnectionResetError:
                # It stopped listening at that moment: the next is refused.
                return False

        with server.held("holding") as [call]:
            left = descendants_of(server.pid)
            server.process.send_signal(signal.SIGTERM)
            wait_until(refused, PATIENCE, "a refusal")
            self.assertTrue(call.is_alive())
            begun = time.monotonic()
        self.assertEqual(server.terminate(), 0)
        # It does not wait for who is idle.
        self.assertLess(time.monotonic() - begun, 10)
        self.assertIsInstance(call.result(), int)
        wait_until(lambda: not any(map(is_there, left)), PATIENCE, "their end")

    def test_sigterm_ends_what_takes_longer_than_the_grace(self):
        server = self.server({"sleeper": SLEEPER}, {"sleeper": "timeout = 20"}, ["--grace", "0.5"])
        call = Background(server.request, "GET", "/url/sleeper?seconds=15")
        server.until_busy("sleeper")
        begun = time.monotonic()
        self.assertEqual(server.terminate(), 0)
        self.assertTrue(0.5 <= time.monotonic() - begun < 10)
        self.assertRaises(OSError, call.result)

    def test_a_server_that_is_killed_leaves_no_process(self):
        server = self.server(
            {"sleeper": SLEEPER, "own": SLEEPER}, {"own": 'snapshot = "init"\ntimeout = 20'}
        )
        server.returned("sleeper", {"seconds": 0})
        call = Background(server.request, "GET", "/url/own?seconds=15")
        server.until_busy("own")
        left = descendants_of(server.pid)
        self.assertGreaterEqual(len(left), 5)
        server.kill()
        wait_until(lambda: not any(map(is_there, left)), PATIENCE, f"an end of {left}")
        self.assertRaises(OSError, call.result)

    def reload(self, server):
        """Sends SIGHUP; returns the line at its end, without the time."""
        said = len(server.log)
        server.process.send_signal(signal.SIGHUP)
        over = lambda line: "in service" in line or "stays" in line
        return server.says(over, said).split(" ", 1)[1]

    def test_sighup(self):
        returning = "def main_handler(event, context): return %d"
        server = self.server({"one": returning % 1})
        self.assertEqual(server.returned("one"), 1)
        server.write(project({"one": returning % 11, "two": returning % 2}))
        self.assertEqual(self.reload(server), "krait: 2 functions are in service")
        self.assertEqual(server.returned("one"), 11)
        self.assertEqual(server.returned("two"), 2)
        # What cannot be used changes nothing.
        server.write({"krait.toml": "[functions.one]\n[functions.two]\nnonsense = \n"})
        self.assertRegex(self.reload(server), r"^krait: the configuration stays as it was: .*krait\.toml")
        self.assertEqual(server.returned("two"), 2)
        # What is not there any more is not served.
        server.write(project({"one": returning % 111}))
        self.assertEqual(self.reload(server), "krait: 1 function is in service")
        self.assertEqual(server.returned("one"), 111)
        self.assertEqual(server.invoke("two", {})["Error"]["Code"], "ResourceNotFound.FunctionName")

    def test_running_calls_finish_on_the_old_code(self):
        slow = HELD + "def main_handler(event, context):\n    hold(event)\n    return "
        for settings in ["timeout = 60\n", 'timeout = 60\nsnapshot = "init"\n']:
            server = self.server({"slow": slow + "1"}, {"slow": settings})
            self.assertEqual(server.returned("slow"), 1)
            with server.held("slow") as [call]:
                server.write(project({"slow": slow + "2"}, {"slow": settings}))
                self.reload(server)
                self.assertEqual(server.returned("slow"), 2)
                self.assertTrue(call.is_alive())
            self.assertEqual(call.result(), 1, settings)

    def test_a_second_server_on_the_same_data_is_refused(self):
        server = self.server({"one": "def main_handler(event, context): return 1"})
        options = ["--listen", "127.0.0.1:0", "--data-dir", server.data]
        status, printed, said = ended(*options, folder=server.project)
        self.assertEqual((status, printed), (2, ""))
        self.assertEqual(said, self.REFUSAL.format(server.data))
        self.assertEqual(server.returned("one"), 1)

    def test_the_data_folder_is_in_the_user_s_state_folder(self):
        server = self.server({"one": "def main_handler(event, context): return 1"})
        options = ["--listen", "127.0.0.1:0"]
        # The server's own, by that name.
        state = server.folder / "state"
        state.mkdir()
        (state / "krait").symlink_to(server.data)
        status, _, said = ended(*options, folder=server.project, environment={"XDG_STATE_HOME": str(state)})
        self.assertEqual((status, said), (2, self.REFUSAL.format(server.data)))

    def test_an_address_that_is_taken(self):
        server = self.server({})
        options = ["--listen", server.address, "--data-dir", server.folder / "other"]
        status, printed, said = ended(*options, folder=server.project)
        self.assertEqual((status, printed), (2, ""))
        self.assertEqual(
            said,
            f"error: {server.address} cannot be listened on; choose another with --listen: "
            "Address already in use (os error 98)\n",
        )
        self.assertFalse((server.folder / "other").exists())
