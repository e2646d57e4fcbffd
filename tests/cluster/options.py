"""Options of a cluster's nodes, and servers that cannot be used."""

import pathlib
import shutil
import tempfile
import unittest

from nodes import Nats, Node
from server import ended, free_ports

HELLO = {"krait.toml": "[functions.hello]\n", "hello/index.py": "def main_handler(event, context):\n    return 1\n"}


class Refused(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "index.py").write_text("def main_handler(event, context):\n    return 1\n")

    def error(self, *options):
        """The exit status and the last line of stderr."""
        status, _, said = ended(".", "--listen", "127.0.0.1:0", "--data-dir", self.folder / "data", *options, folder=self.folder)
        return status, said.splitlines()[-1] if said else ""

    def test_texts_that_name_no_server(self):
        example = "an example is nats://user:password@10.0.0.1:4222"
        for text, shown, reason in [
            ("127.0.0.1:4222", "127.0.0.1:4222", "it has no nats:// or tls:// in front"),
            ("http://user:secret@there:80", "http://there:80", "it begins with neither nats:// nor tls://"),
            ("nats://", "nats://", "it has no host"),
            ("nats://a:b:c", "nats://a:b:c", "it is no URL"),
            ("nats://u:one@a,nats://u:two@b", "nats://b", "its credentials are not those of the server before it"),
        ]:
            with self.subTest(text):
                self.assertEqual(self.error("--cluster", text), (2, f'error: --cluster "{shown}" names no server: {reason}; {example}'))

    def test_options_without_a_cluster(self):
        for option in [["--role", "api"], ["--replicas", "3"], ["--node", "a"]]:
            status, _, said = ended(*option, folder=self.folder)
            self.assertEqual(status, 2)
            self.assertIn("--cluster <URL>", said)

    def test_nobody_answers(self):
        [port] = free_ports(1)
        status, said = self.error("--cluster", f"nats://user:secret@127.0.0.1:{port}")
        self.assertEqual(status, 3)
        self.assertIn(f"no NATS server answers at nats://127.0.0.1:{port}: ", said)
        self.assertNotIn("secret", said)

    def test_credentials(self):
        nats = Nats(settings='authorization { user: "krait", password: "p@ss" }')
        self.addCleanup(nats.close)
        [port] = nats.ports
        self.assertEqual(
            self.error("--cluster", f"nats://krait:wrong@127.0.0.1:{port}"),
            (3, f"error: the NATS server at nats://127.0.0.1:{port} refuses the credentials in --cluster; give them as nats://user:password@host or nats://token@host"),
        )
        with Node(f"nats://krait:p%40ss@127.0.0.1:{port}", "a", HELLO) as node:
            self.assertEqual(node.returned("hello"), 1)

    def test_a_token(self):
        nats = Nats(settings='authorization { token: "t0ken" }')
        self.addCleanup(nats.close)
        with Node(f"nats://t0ken@127.0.0.1:{nats.ports[0]}", "a", HELLO) as node:
            self.assertEqual(node.returned("hello"), 1)

    def test_more_replicas_than_servers(self):
        nats = Nats()
        self.addCleanup(nats.close)
        status, said = self.error("--cluster", nats.url, "--replicas", "3")
        self.assertEqual(status, 3)
        self.assertIn("its stream KRAIT_QUEUE cannot be made: ", said)


if __name__ == "__main__":
    unittest.main()
