"""Functions that bring their own runtime: a program called bootstrap, in whatever language."""

import base64
import io
import json
import os
import shutil
import time
import zipfile

from harness import Case
from server import PROGRAM, Background

# As the platform's sample is.
SHELL = """#!/bin/sh
api=http://$SCF_RUNTIME_API:$SCF_RUNTIME_API_PORT/runtime
echo "begun with $_HANDLER"
curl -s -o /dev/null -d " " $api/init/ready
while true; do
  event=$(curl -s -D /tmp/headers $api/invocation/next)
  echo "asked by $(tr -d '\\r' < /tmp/headers | grep -i -o '^request_id: .*' | wc -w) words"
  case "$event" in
    *fail*) curl -s -o /dev/null -d "it went wrong: $event" $api/invocation/error ;;
    *crash*) exit 3 ;;
    *sleep*) sleep 3; curl -s -o /dev/null -d "$$" $api/invocation/response ;;
    *hang*) sleep 60 ;;
    *twice*)
      again=$(curl -s $api/invocation/next)
      curl -s -o /dev/null -d "$again" $api/invocation/response
      status=$(curl -s -o /tmp/second -w "%{http_code}" -d "no" $api/invocation/response)
      echo "$status $(cat /tmp/second)" ;;
    *) curl -s -o /dev/null -d "Echoing request: '$event'" $api/invocation/response ;;
  esac
done
"""
# What a runtime does wrongly, and what it is told.
ODD = """#!/bin/sh
api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime
told() { echo "$1 $(curl -s -o /tmp/told -w '%{http_code}' "$@") $(cat /tmp/told)"; }
while true; do
  curl -s -D /tmp/headers -o /tmp/event $api/invocation/next
  id=$(grep -i '^lambda-runtime-aws-request-id' /tmp/headers | cut -d ' ' -f 2 | tr -d '\\r')
  case "$(cat /tmp/event)" in
    *large*) head -c 6291457 /dev/zero | told $api/invocation/$id/response --data-binary @- ;;
    *)
      told $api/nothing -d 1; told $api/init/error; told $api/init/error -d 1
      told $api/invocation/another/response -d 1
      curl -s -o /dev/null -d '"good"' $api/invocation/$id/response
      told $api/invocation/$id/response -d 1 ;;
  esac 2>&1 | sed "s#$api#API#; s/$id/ID/"
done
"""
# What cannot begin says why.
UNABLE = """#!/bin/sh
api=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime
curl -s -d '{"errorType": "Mine", "errorMessage": "no database", "stackTrace": ["a", "b"]}' $api/init/error
exit 1
"""
HANDLER = """import os
print("loading")
def main_handler(event, context):
    print("called")
    if event == "fail":
        raise ValueError(event)
    return {"event": event, "name": context["function_name"], "limit": context["time_limit_in_ms"], "mine": os.environ["MINE"], "all": context["environ"]}
"""
OF_LAMBDA = """def main_handler(event, context):
    if event == "fail":
        raise ValueError(event)
    return [event, context.function_name, context.memory_limit_in_mb, context.invoked_function_arn, 2000 < context.get_remaining_time_in_millis() <= 3000]
"""


class OwnRuntimes(Case):
    PROJECT = {
        "krait.toml": "[functions.shell]\nruntime = 'CustomRuntime'\ntimeout = 5\n"
        "[functions.never]\nruntime = 'CustomRuntime'\ninit-timeout = 3\n"
        "[functions.itself]\nruntime = 'CustomRuntime'\nmemory = 256\nenvironment = { MINE = 'yes' }\n"
        "[functions.as-lambda]\nruntime = 'provided.al2023'\nmemory = 256\n"
        "[functions.odd]\nruntime = 'provided.al2023'\n"
        "[functions.unable]\nruntime = 'provided.al2023'\n"
        "[functions.gone]\nruntime = 'CustomRuntime'\n",
        "shell/bootstrap": SHELL,
        "never/bootstrap": "#!/bin/sh\nsleep 60\n",
        "odd/bootstrap": ODD,
        "unable/bootstrap": UNABLE,
        "gone/bootstrap": "#!/no/such/shell\n",
        # The program itself is put there below.
        "itself/bootstrap": "#!",
        "itself/index.py": HANDLER,
        "as-lambda/bootstrap": "#!",
        "as-lambda/index.py": OF_LAMBDA,
    }

    def setUp(self):
        super().setUp()
        for name in ["itself", "as-lambda"]:
            program = self.server.project / name / "bootstrap"
            program.unlink()
            shutil.copy(PROGRAM, program)

    def result(self, name, event):
        return self.call("Invoke", FunctionName=name, ClientContext=json.dumps(event), LogType="Tail")["Result"]

    def test_a_shell_script(self):
        first, second = self.result("shell", {"key": "value"}), self.result("shell", 2)
        self.assertEqual(first["RetMsg"], "Echoing request: '{\"key\": \"value\"}'")
        self.assertEqual(second["RetMsg"], "Echoing request: '2'")
        self.assertEqual(first["InvokeResult"], 0)
        self.assertIn("begun with index.main_handler\n", first["Log"])
        self.assertIn("asked by 2 words\n", first["Log"])
        self.assertNotIn("begun", second["Log"])
        self.assertGreater(first["MemUsage"], 0)

    def test_an_error_is_the_functions_own(self):
        failed = json.loads(self.result("shell", "fail")["RetMsg"])
        self.assertEqual((failed["statusCode"], failed["stackTrace"]), (430, 'it went wrong: "fail"'))
        # It serves on.
        self.assertNotIn("begun", self.result("shell", 1)["Log"])

    def test_it_is_started_again_after_a_crash(self):
        crashed = self.result("shell", "crash")
        self.assertEqual(json.loads(crashed["RetMsg"])["statusCode"], 439)
        self.assertIn("bootstrap has ended: exit status: 3\n", crashed["Log"])
        again = self.result("shell", 1)
        self.assertEqual(again["RetMsg"], "Echoing request: '1'")
        self.assertIn("begun", again["Log"])

    def test_limits_of_time(self):
        begun = time.monotonic()
        self.assertEqual(json.loads(self.result("shell", "hang")["RetMsg"])["statusCode"], 433)
        self.assertEqual(self.result("shell", 1)["RetMsg"], "Echoing request: '1'")
        self.assertEqual(json.loads(self.result("never", 1)["RetMsg"])["statusCode"], 450)
        self.assertLess(time.monotonic() - begun, 40)

    def test_calls_at_once(self):
        calls = [Background(self.server.invoke, "shell", "sleep") for _ in range(4)]
        processes = {call.result()["Result"]["RetMsg"] for call in calls}
        self.assertEqual(len(processes), 4)

    def test_an_event_is_given_until_it_is_answered_once(self):
        twice = self.result("shell", "twice")
        self.assertEqual(twice["RetMsg"], '"twice"')
        # What is refused is in the log, if not of this call.
        after = self.result("shell", 1)
        self.assertIn("403 there is no call to be answered\n", twice["Log"] + after["Log"])

    def test_krait_itself(self):
        first = self.result("itself", {"a": 1})
        returned = json.loads(first["RetMsg"])
        self.assertEqual(returned.pop("all"), "SCF_NAMESPACE=default;SCF_NAMESPACE=default;MINE=yes")
        self.assertEqual(returned, {"event": {"a": 1}, "name": "itself", "limit": 3000, "mine": "yes"})
        self.assertIn("loading\n", first["Log"])
        failed = json.loads(self.result("itself", "fail")["RetMsg"])
        trace = 'Traceback (most recent call last):\n  File "/var/user/index.py", line 6, in main_handler\n    raise ValueError(event)\nValueError: fail'
        self.assertEqual((failed["statusCode"], failed["stackTrace"]), (430, trace))

    def test_krait_itself_as_on_lambda(self):
        returned = json.loads(self.result("as-lambda", {"a": 1})["RetMsg"])
        self.assertEqual(returned, [{"a": 1}, "as-lambda", "256", "arn:aws:lambda:ap-guangzhou:1251234567:function:as-lambda", True])
        failed = self.result("as-lambda", "fail")
        self.assertEqual(json.loads(failed["RetMsg"])["errorMessage"], "ValueError: fail")
        self.assertIn("[ERROR] ValueError: fail\r", failed["Log"])

    def test_what_a_runtime_of_lambda_is_refused(self):
        self.assertEqual(self.result("odd", 1)["RetMsg"], '"good"')
        self.assertEqual(json.loads(self.result("odd", "large")["RetMsg"])["statusCode"], 407)
        self.assertEqual(self.result("odd", 1)["RetMsg"], '"good"')
        # What it said after its answer is in the log with its next call.
        for path, status, told, kind in [
            ("nothing", 404, "no such path", "PathNotFound"),
            # By GET.
            ("init/error", 404, "no such path", "PathNotFound"),
            ("init/error", 403, "there is no call to be answered", "InvalidStateTransition"),
            ("invocation/another/response", 400, "Invalid request ID", "InvalidRequestID"),
            ("invocation/ID/response", 403, "there is no call to be answered", "InvalidStateTransition"),
            ("invocation/ID/response", 413, "the answer is too large", "RequestEntityTooLarge"),
        ]:
            body = json.dumps({"errorMessage": told, "errorType": kind}, separators=(",", ":"))
            self.server.says(f" | API/{path} {status} {body}")

    def test_a_runtime_that_cannot_begin(self):
        failed = json.loads(self.result("unable", 1)["RetMsg"])
        self.assertEqual((failed["statusCode"], failed["errorMessage"]), (443, "Mine: no database"))

    def test_what_cannot_be_started(self):
        failed = json.loads(self.result("gone", 1)["RetMsg"])
        message = "/var/user/bootstrap cannot be started: No such file or directory (os error 2)"
        self.assertEqual((failed["statusCode"], failed["errorMessage"]), (443, message))

    def test_a_zip(self):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            member = zipfile.ZipInfo("bootstrap")
            member.external_attr = 0o100755 << 16
            archive.writestr(member, SHELL)
        code = {"ZipFile": base64.b64encode(packed.getvalue()).decode()}
        self.call("CreateFunction", FunctionName="zipped", Code=code, Runtime="CustomRuntime")
        self.assertEqual(self.result("zipped", [])["RetMsg"], "Echoing request: '[]'")

    def test_awslambdaric(self):
        """On the host's CPython, where AWSLAMBDARIC is a Python that has it."""
        python = os.environ.get("AWSLAMBDARIC")
        if not python:
            self.skipTest("AWSLAMBDARIC names no Python")
        files = {
            "krait.toml": "[functions.as-lambda]\nruntime = 'provided.al2023'\nmemory = 256\nsandbox = { files = 'all' }\n",
            "as-lambda/bootstrap": f"#!/bin/sh\nexec {python} -m awslambdaric $_HANDLER\n",
        }
        self.server.stop(15)
        (self.server.project / "as-lambda/bootstrap").unlink()
        self.server.write(files)
        self.begin()
        self.test_krait_itself_as_on_lambda()
