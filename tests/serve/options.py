"""Options of `krait serve` that no other file tests."""

import base64
import http.client
import io
import json
import unittest
import zipfile

from harness import Case
from server import PATIENCE, Server, project

RETURNING = "def main_handler(event, context):\n    return {}\n"
PRINTING = "def main_handler(event, context):\n    print('line one\\nline \"two\"')\n    return event\n"
TEMPLATE = """
Resources:
  default:
    Type: TencentCloud::Serverless::Namespace
    templated:
      Type: TencentCloud::Serverless::Function
      Properties:
        CodeUri: ./some code
        Handler: app.go
        MemorySize: 256
        Timeout: 7
        Environment: { Variables: { GREETING: hi } }
        Events:
          nightly: { Type: Timer, Properties: { CronExpression: '0 0 3 * * * *', Enable: true, Message: m } }
      Metadata:
        Krait: { Sandbox: { network: false, max-file-size: 10 } }
"""
SERVERLESS = """
component: scf
name: componentized
inputs:
  name: componentized
  src: ./some code
  handler: app.go
  memorySize: 384
"""
APP = (
    "import os\ndef go(event, context):\n"
    "    return [context['memory_limit_in_mb'], context['time_limit_in_ms'], os.environ.get('GREETING')]\n"
)
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


class WhereFunctionsComeFrom(unittest.TestCase):
    maxDiff = None

    def server(self, files, options):
        server = Server(files, options)
        self.addCleanup(server.close)
        return server

    def test_templates(self):
        files = {"a b/template.yaml": TEMPLATE, "c/serverless.yml": SERVERLESS,
                 "a b/some code/app.py": APP, "c/some code/app.py": APP}
        server = self.server(files, ["--template", "a b/template.yaml", "--template", "c/serverless.yml"])
        self.assertEqual(server.returned("templated"), [256, 7000, "hi"])
        self.assertEqual(server.returned("componentized"), [384, 3000, None])

    def test_code_in_each_form(self):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("index.py", RETURNING.format("'of a zip'"))
        files = {"own/index.py": RETURNING.format("'of a folder'"),
                 "file.py": RETURNING.format("'of a file'"),
                 "many of them/first/index.py": RETURNING.format(1),
                 "many of them/second/index.py": RETURNING.format(2),
                 "many of them/nothing/readme.txt": "no function"}
        with Server({}) as elsewhere:
            path = elsewhere.project / "packed.zip"
            path.write_bytes(packed.getvalue())
            server = self.server(files, ["own", "file.py", "many of them", path])
            names = ["own", "file", "first", "second", "packed"]
            answers = [server.returned(name) for name in names]
        self.assertEqual(answers, ["of a folder", "of a file", 1, 2, "of a zip"])
        self.assertEqual(server.invoke("nothing", {})["Error"]["Message"], "Function not found: [nothing]")

    def test_a_configuration_that_is_named(self):
        """Its paths are relative to its own folder, and krait.toml beside it is not read."""
        files = project({"here": RETURNING.format(1)})
        files |= {"other place/mine.toml": "[functions.there]\n", "other place/there/index.py": RETURNING.format(2)}
        server = self.server(files, ["--config", "other place/mine.toml"])
        self.assertEqual(server.returned("there"), 2)
        self.assertEqual(server.invoke("here", {})["Error"]["Message"], "Function not found: [here]")


class SecretFile(Case):
    PROJECT = {"secret file": "AKIDinAFile\n\ntheKeyInAFile\n"}
    OPTIONS = ("--secret-file", "secret file")

    def test_both_lines_count(self):
        right = self.server.client("AKIDinAFile", "theKeyInAFile")
        self.assertEqual(self.call("ListFunctions", right)["TotalCount"], 0)
        failure = "The provided credentials could not be validated. Please check your signature is correct."
        self.refused("AuthFailure.SignatureFailure", failure, "ListFunctions", self.server.client("AKIDinAFile", "other"))
        missing = "The SecretId is not found, please ensure that your SecretId is correct."
        self.refused("AuthFailure.SecretIdNotFound", missing, "ListFunctions", self.server.client("other", "theKeyInAFile"))


class Environment(unittest.TestCase):
    def test_credentials_of_the_environment(self):
        """No function sees it."""
        source = "import os\ndef main_handler(event, context):\n    return sorted(k for k in os.environ if 'KRAIT' in k)\n"
        given = {"KRAIT_SECRET_ID": "AKIDofIt", "KRAIT_SECRET_KEY": "theKeyOfIt"}
        with Server(project({"seeing": source}), environment=given) as server:
            status, headers, _ = server.request("GET", "/ui")
            self.assertEqual((status, headers["www-authenticate"]), (401, 'Basic realm="krait", charset="UTF-8"'))
            basic = base64.b64encode(b"AKIDofIt:theKeyOfIt").decode()
            self.assertEqual(server.request("GET", "/ui", None, {"Authorization": f"Basic {basic}"})[0], 200)
            answer = server.invoke("seeing", {})
            self.assertEqual(answer["Error"]["Code"], "AuthFailure.InvalidAuthorization")
            self.assertEqual(json.loads(server.request("GET", "/url/seeing")[2]), [])

    def test_insecure(self):
        """Everybody may call, at any address."""
        options = ["--insecure", "--listen", "0.0.0.0:0"]
        with Server(project({"one": RETURNING.format(1)}), options) as server:
            self.assertEqual(server.host, "0.0.0.0")
            self.assertEqual(server.returned("one"), 1)


class Metrics(unittest.TestCase):
    """The metrics at an address of their own, as containers have them."""

    def test_beside_one_url(self):
        said = "the metrics are at http://"
        options = ["one", "--only-url", "--metrics", "127.0.0.1:0"]
        with Server({"one/index.py": RETURNING.format(1)}, options) as server:
            place = server.says(said).rpartition(said)[2].removesuffix("/metrics")
            # Of the URL's address, every path is the function's.
            self.assertEqual(server.request("GET", "/metrics")[2], b"1")
            status, text = got(place, "/metrics")
            self.assertEqual(status, 200)
            self.assertIn('krait_invocations_total{namespace="default",function="one",status_code="200"} 1\n', text)
            self.assertEqual(got(place, "/readyz"), (200, "ready\n"))
            self.assertEqual(got(place, "/healthz"), (200, "ok\n"))
            missing = "there is nothing at /url/one; the metrics are at /metrics\n"
            self.assertEqual(got(place, "/url/one"), (404, missing))
            self.assertEqual(server.terminate(), 0)

    def test_they_need_the_credentials(self):
        given = {"KRAIT_SECRET_ID": "AKIDofIt", "KRAIT_SECRET_KEY": "theKeyOfIt"}
        said = "the metrics are at http://"
        with Server(project({"one": RETURNING.format(1)}), ["--metrics", "127.0.0.1:0"], given) as server:
            place = server.says(said).rpartition(said)[2].removesuffix("/metrics")
            self.assertEqual(got(place, "/metrics")[0], 401)
            self.assertEqual(got(place, "/readyz"), (200, "ready\n"))


def got(place, path):
    """Status and text."""
    connection = http.client.HTTPConnection(place, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


class Logs(unittest.TestCase):
    def logged(self, *options):
        """The ids of two calls that write two lines each, and what is logged of them."""
        with Server(project({"writing": PRINTING}), options) as server:
            first = server.invoke("writing", {"a": 1})["RequestId"]
            second = server.invoke("writing", {})["RequestId"]
            self.assertEqual(server.terminate(), 0)
            return [first, second], server.log

    def test_all(self):
        ids, lines = self.logged()
        expected = []
        for id, start in zip(ids, ["cold", "warm"]):
            expected += [rf"{TIME} {id} \| line one", rf'{TIME} {id} \| line "two"', rf"{TIME} {id} default/writing 200 \d+(\.\d+)?ms {start}"]
        self.matches(lines, expected)

    def test_calls(self):
        ids, lines = self.logged("--log", "calls")
        self.matches(lines, [rf"{TIME} {id} default/writing 200 \d+(\.\d+)?ms {start}" for id, start in zip(ids, ["cold", "warm"])])

    def test_quiet(self):
        self.assertEqual(self.logged("--log", "quiet")[1], [])

    def matches(self, lines, expected):
        self.assertEqual(len(lines), len(expected), lines)
        for line, pattern in zip(lines, expected):
            self.assertRegex(line, f"^{pattern}$")

    def test_json(self):
        ids, lines = self.logged("--log-format", "json")
        found = [json.loads(line) for line in lines]
        for each in found:
            self.assertRegex(each.pop("time"), f"^{TIME}$")
        expected = []
        for id, start in zip(ids, ["cold", "warm"]):
            call = {"requestId": id, "namespace": "default", "function": "writing", "statusCode": 200, "start": start}
            expected += [{"requestId": id, "output": "line one"}, {"requestId": id, "output": 'line "two"'}, call]
        for call in found[2::3]:
            self.assertGreater(call.pop("durationMs"), 0)
            self.assertGreater(call.pop("memoryBytes"), 1_000_000)
        self.assertEqual(found, expected)
