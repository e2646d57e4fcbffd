"""Events that are queued, and what survives the end of a server."""

import collections
import errno
import json
import os

from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from harness import Case, package
from server import Background, opened, project

# Says that it runs by opening a pipe of that name, and ends when that is closed.
WAITING = "def main_handler(event, context):\n    open(event['pipe']).read()\n    return 'over'\n"
# The same, but on SIGTERM it tidies up first, if it is told how.
TIDYING = """import signal, sys, time
def main_handler(event, context):
    def tidy(*_):
        open(event['tidied'], 'w').write('tidied')
        sys.exit()
    signal.signal(signal.SIGTERM, tidy)
    with open(event['pipe']):
        while True:
            time.sleep(0.01)
"""
FAILING = "def main_handler(event, context):\n    raise ValueError(event)\n"


class Events(Case):
    PROJECT = {
        "krait.toml": "[functions.failing]\nretries = 2\nretry-interval = 0.05\n"
        "dead-letter = { file = 'FOLDER/letters' }\n"
        "[functions.single]\ncode = 'waiting'\nconcurrency = 1\n[functions.tidying]\ntimeout = 20\n"
        "[functions.sending]\ncode = 'failing'\nretries = 0\ndead-letter = { function = 'taking' }\n"
        "[functions.taking]\n[functions.waiting]\n[functions.patient]\ncode = 'failing'\n",
        "failing/index.py": FAILING,
        "waiting/index.py": WAITING,
        "tidying/index.py": TIDYING,
        "taking/index.py": "def main_handler(event, context):\n"
        "    open('FOLDER/taken', 'w').write(event['Body']['ClientContext'])\n",
    }

    def test_an_event_that_succeeds(self):
        self.create()
        request = self.queue("made", '{"a": 1}')
        self.assertEqual(self.ended(request), {"Status": "FINISHED", "StatusCode": 200, "InvokeRequestId": request})
        [event] = self.call("ListAsyncEvents", FunctionName="made")["EventList"]
        self.assertEqual([event[key] for key in ["InvokeRequestId", "InvokeType", "Qualifier", "Status"]], [request, "CLOUD_API", "$LATEST", "FINISHED"])
        self.assertRegex(event["StartTime"], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$")
        self.assertRegex(event["EndTime"], r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$")

    def test_an_event_that_fails_is_retried_and_given_up(self):
        request = self.queue("failing", '"no"')
        self.assertEqual(self.ended(request), {"Status": "FAILED", "StatusCode": 430, "InvokeRequestId": request})
        attempts = self.call("GetRequestStatus", FunctionName="failing", FunctionRequestId=request)["Data"]
        self.assertEqual([(each["RetCode"], each["RetryNum"]) for each in attempts], [(-1, 0), (-1, 1), (-1, 2)])
        [line] = (self.folder / "letters").read_text().splitlines()
        letter = json.loads(line)
        self.assertEqual((letter["RequestId"], letter["ErrorCode"]), (request, -1))
        self.assertIn("ValueError: no", letter["ErrorMessage"])
        body = {key: letter["Body"][key] for key in ["FunctionName", "ClientContext", "RetryNum"]}
        self.assertEqual(body, {"FunctionName": "failing", "ClientContext": '"no"', "RetryNum": 2})

    def test_a_dead_letter_goes_to_a_function(self):
        request = self.queue("sending", '{"b": 2}')
        self.assertEqual(self.ended(request)["Status"], "FAILED")
        [letter] = self.call("ListAsyncEvents", FunctionName="taking")["EventList"]
        self.assertEqual(self.ended(letter["InvokeRequestId"])["Status"], "FINISHED")
        self.assertEqual((self.folder / "taken").read_text(), '{"b": 2}')

    def test_a_running_event_is_terminated(self):
        pipe = self.pipe()
        request = self.queue("waiting", json.dumps({"pipe": pipe}))
        with opened(pipe):
            self.assertEqual(self.status(request), {"Status": "RUNNING", "StatusCode": 0, "InvokeRequestId": request})
            going = self.call("GetRequestStatus", FunctionName="waiting", FunctionRequestId=request)["Data"]
            self.assertEqual([each["RetCode"] for each in going], [1])
            self.call("TerminateAsyncEvent", FunctionName="waiting", InvokeRequestId=request)
            self.assertEqual(self.ended(request)["Status"], "ABORTED")
        over = f"The event [{request}] is ABORTED and cannot be terminated."
        self.refused("FailedOperation.AsyncEventStatus", over, "TerminateAsyncEvent", FunctionName="waiting", InvokeRequestId=request)

    def test_an_event_that_waits_for_its_retry_is_terminated(self):
        request = self.queue("patient")
        self.until(lambda: self.call("GetFunctionLogs", FunctionRequestId=request)["Data"])
        self.assertEqual(self.status(request)["Status"], "RUNNING")
        self.call("TerminateAsyncEvent", FunctionName="patient", InvokeRequestId=request, GraceShutdown=True)
        self.assertEqual(self.ended(request)["Status"], "ABORTED")

    def test_an_event_that_is_not_yet_taken_is_terminated(self):
        pipe = self.pipe()
        running = self.queue("single", json.dumps({"pipe": pipe}))
        with opened(pipe):
            # It is the only one that may be worked on.
            request = self.queue("single", '{"pipe": "/dev/null"}')
            self.call("TerminateAsyncEvent", FunctionName="single", InvokeRequestId=request)
            self.assertEqual(self.ended(request), {"Status": "ABORTED", "StatusCode": 0, "InvokeRequestId": request})
        self.assertEqual(self.ended(running)["Status"], "FINISHED")

    def test_an_event_that_is_taken_and_waits_for_an_instance_is_terminated(self):
        pipe = self.pipe()
        caller = Background(self.returned, "single", json.dumps({"pipe": pipe}))
        with opened(pipe):
            request = self.queue("single", '{"pipe": "/dev/null"}')
            self.server.until_waiting(1)
            self.call("TerminateAsyncEvent", FunctionName="single", InvokeRequestId=request)
            self.assertEqual(self.ended(request), {"Status": "ABORTED", "StatusCode": 499, "InvokeRequestId": request})
            self.server.until_waiting(0)
        self.assertEqual(caller.result(), "over")
        self.assertEqual(self.returned("single", '{"pipe": "/dev/null"}'), "over")

    def test_a_graceful_termination_lets_the_function_tidy_up(self):
        pipe, tidied = self.pipe(), self.folder / "tidied"
        for graceful in [False, True]:
            request = self.queue("tidying", json.dumps({"pipe": pipe, "tidied": str(tidied)}))
            with opened(pipe):
                self.call("TerminateAsyncEvent", FunctionName="tidying", InvokeRequestId=request, GraceShutdown=graceful)
                self.assertEqual(self.ended(request)["Status"], "ABORTED")
                self.assertEqual(tidied.exists(), graceful)

    def test_events_are_listed(self):
        self.create()
        good, bad = self.queue("made"), self.queue("failing")
        self.ended(good), self.ended(bad)
        later = self.queue("made", Qualifier="$DEFAULT")
        self.ended(later)
        listed = lambda **asked: [each["InvokeRequestId"] for each in self.call("ListAsyncEvents", **{"FunctionName": "made", **asked})["EventList"]]
        self.assertEqual(listed(), [later, good])
        self.assertEqual(listed(Order="ASC", Orderby="EndTime"), [good, later])
        self.assertEqual(listed(Offset=1), [good])
        self.assertEqual(listed(FunctionName="failing", Status=["FAILED", "ABORTED"]), [bad])
        self.assertEqual(listed(Status=["FAILED"]), [])
        self.assertEqual(listed(Qualifier="$DEFAULT"), [later])
        self.assertEqual(listed(InvokeRequestId=good), [good])
        self.assertEqual(listed(InvokeType=["TIMER"]), [])
        self.assertEqual(listed(StartTimeInterval={"Start": "2020-01-01 00:00:00", "End": "2020-01-02 00:00:00"}), [])
        self.assertEqual(len(listed(EndTimeInterval={"Start": "2020-01-01 00:00:00"})), 2)
        invalid = "The parameter `{}` is not valid: {}."
        for code, parameter, problem, asked in [
            ("Status", "Status", "it is RUNNING, FINISHED, ABORTED or FAILED", {"Status": ["GONE"]}),
            ("Limit", "Limit", "it is 0 to 100", {"Limit": 101}),
            ("OrderBy", "Orderby", "it is StartTime or EndTime", {"Orderby": "Size"}),
            ("DateTime", "StartTimeInterval.Start", "write it as 2026-11-25 13:00:00, in UTC", {"StartTimeInterval": {"Start": "now"}}),
        ]:
            self.refused("InvalidParameterValue." + code, invalid.format(parameter, problem), "ListAsyncEvents", FunctionName="made", **asked)
        self.refused("ResourceNotFound.AsyncEvent", "Async event not found: [an-id]", "GetAsyncEventStatus", InvokeRequestId="an-id")
        self.refused("ResourceNotFound.AsyncEvent", f"Async event not found: [{bad}]", "TerminateAsyncEvent", FunctionName="made", InvokeRequestId=bad)
        self.refused("InvalidParameterValue", "The value `Maybe` specified in the parameter `InvocationType` is not valid.", "Invoke", FunctionName="made", InvocationType="Maybe")

    def test_the_retry_configuration(self):
        self.create(source=FAILING)
        shown = self.call("GetFunctionEventInvokeConfig", FunctionName="made")["AsyncTriggerConfig"]
        self.assertEqual(shown, {"RetryConfig": [{"RetryNum": 2}], "MsgTTL": 21600})
        change = lambda retries, age: {"FunctionName": "made", "AsyncTriggerConfig": {"RetryConfig": retries, "MsgTTL": age}}
        action = "UpdateFunctionEventInvokeConfig"
        self.call(action, **change([{"RetryNum": 0}], 60))
        shown = self.call("GetFunctionEventInvokeConfig", FunctionName="made")["AsyncTriggerConfig"]
        self.assertEqual(shown, {"RetryConfig": [{"RetryNum": 0}], "MsgTTL": 60})
        self.assertEqual(self.ended(self.queue("made"))["Status"], "FAILED")
        for code, parameter, problem, asked in [
            ("LimitExceeded.RetryNum", "RetryNum", "an event is retried 0 to 2 times", change([{"RetryNum": 3}], 60)),
            ("LimitExceeded.MsgTTL", "MsgTTL", "an event's maximum age is 1 to 21600 seconds", change([{"RetryNum": 0}], 0)),
            ("InvalidParameterValue.AsyncTriggerConfig", "AsyncTriggerConfig", "RetryConfig has one item, with RetryNum", change([], 60)),
        ]:
            self.refused(code, f"The parameter `{parameter}` is not valid: {problem}.", action, **asked)


class Restarts(Case):
    PROJECT = {
        "krait.toml": "[functions.waiting]\ntimeout = 20\n[functions.taking]\n",
        "waiting/index.py": WAITING,
        "taking/index.py": "def main_handler(event, context):\n"
        "    with open('FOLDER/taken', 'a') as file:\n        file.write(f'{event}\\n')\n",
    }

    def made(self):
        self.call("CreateNamespace", Namespace="staging", Description="kept")
        self.create(Namespace="staging", Description="old")
        self.call("PublishVersion", FunctionName="made", Namespace="staging", Description="one")
        source = "def main_handler(event, context):\n    return 'new'\n"
        self.call("UpdateFunctionCode", FunctionName="made", Namespace="staging", ZipFile=package(source))

    def check_made(self):
        self.assertEqual(self.returned(Namespace="staging"), "new")
        self.assertEqual(self.returned(Namespace="staging", Qualifier="1"), {"got": {}})
        shown = self.call("GetFunction", FunctionName="made", Namespace="staging")
        self.assertEqual((shown["Description"], shown["Status"]), ("old", "Active"))
        namespaces = self.call("ListNamespaces")["Namespaces"]
        self.assertEqual([(each["Name"], each["Description"]) for each in namespaces], [("default", ""), ("staging", "kept")])
        self.assertEqual(self.call("PublishVersion", FunctionName="made", Namespace="staging")["FunctionVersion"], "2")

    def test_what_was_made_survives_sigterm(self):
        self.made()
        before = self.call("GetFunction", FunctionName="made", Namespace="staging")
        self.assertEqual(self.server.terminate(), 0)
        self.begin()
        after = self.call("GetFunction", FunctionName="made", Namespace="staging")
        before.pop("RequestId"), after.pop("RequestId")
        self.assertEqual(after, before)
        self.check_made()

    def test_what_was_made_survives_sigkill(self):
        self.made()
        self.server.kill()
        self.begin()
        self.check_made()

    def test_what_was_deleted_stays_away(self):
        self.create()
        self.call("DeleteFunction", FunctionName="made")
        self.server.kill()
        self.begin()
        self.refused("ResourceNotFound.FunctionName", "Function not found: [made]", "Invoke", FunctionName="made")

    def test_an_event_that_runs_at_sigkill_runs_again(self):
        pipe = self.pipe()
        request = self.queue("waiting", json.dumps({"pipe": pipe}))
        with opened(pipe):
            self.server.kill()
        self.begin()
        # It runs again: whoever read before has come to the end.
        opened(pipe).close()
        self.assertEqual(self.ended(request)["Status"], "FINISHED")
        attempts = self.call("GetRequestStatus", FunctionName="waiting", FunctionRequestId=request)
        self.assertEqual([each["RetCode"] for each in attempts["Data"]], [0])
        # What is known to have ended has ended for good.
        self.server.kill()
        self.begin()
        self.assertEqual(self.status(request)["Status"], "FINISHED")

    def test_events_that_were_acknowledged_are_not_lost(self):
        requests = [self.queue("taking", json.dumps(number)) for number in range(20)]
        self.server.kill()
        self.begin()
        for request in requests:
            self.assertEqual(self.ended(request)["Status"], "FINISHED")
        taken = (self.folder / "taken").read_text().split()
        self.assertEqual(sorted(set(taken), key=int), [str(number) for number in range(20)])

    def test_a_function_of_the_project_wins(self):
        self.create("later")
        self.server.terminate()
        self.server.write(project({"later": "def main_handler(event, context):\n    return 'project'\n"}))
        self.begin()
        self.assertEqual(self.returned("later"), "project")
        self.server.terminate()
        note = "the function later of the API is not in service: the project has one of that name"
        self.assertIn(note, "\n".join(self.server.log))
        self.server.write({"krait.toml": ""})
        self.begin()
        self.assertEqual(self.returned("later"), {"got": {}})


class Killed(Case):
    """What SIGKILL may do to events: nothing that was acknowledged is lost, and nothing whose result
    was recorded runs again."""

    PROJECT = {
        "krait.toml": "[functions.counting]\nconcurrency = 4\n",
        "counting/index.py": "import os, time\ndef main_handler(event, context):\n"
        "    with open('FOLDER/runs', 'a') as file:\n        file.write(f'{event}\\n')\n"
        "    time.sleep(0.05)\n",
    }
    EVENTS = 40

    def test_a_server_that_is_killed_amid_events(self):
        # The number of each event, and how often it had run when its result was known.
        acknowledged, recorded = {}, {}
        for life in range(3):
            going = Background(self.queue_until_refused, life, acknowledged)
            # Killed when some have ended, some wait, and more come.
            self.until(lambda: len(acknowledged) >= self.EVENTS * (life + 1))
            self.until(lambda: len(self.finished() - recorded.keys()) >= 20)
            finished = self.finished()
            runs = self.runs()
            for each in finished & acknowledged.keys():
                recorded.setdefault(each, runs[acknowledged[each]])
            waiting = self.server.metric("krait_queued_events")
            self.until(lambda: self.server.metric("krait_queued_events") > 0)
            self.assertTrue(going.is_alive())
            self.server.kill()
            going.result()
            self.assertGreater(waiting, 0, "it was killed when nothing was left to lose")
            self.begin()
        for request in acknowledged:
            self.assertEqual(self.ended(request)["Status"], "FINISHED")
        runs = self.runs()
        self.assertEqual([number for number in acknowledged.values() if not runs[number]], [], "lost")
        now = {request: runs[acknowledged[request]] for request in recorded}
        self.assertEqual(now, recorded, "run again")
        # What ran when it was killed ran twice: one for each of four instances, since no more are claimed.
        self.assertLessEqual(sum(runs.values()) - len(runs), 3 * 4)

    def runs(self):
        """How often each number was run."""
        return collections.Counter(int(each) for each in (self.folder / "runs").read_text().split())

    def queue_until_refused(self, life, acknowledged):
        client = self.server.client()
        for number in range(life * 100_000, (life + 1) * 100_000):
            parameters = {"FunctionName": "counting", "ClientContext": json.dumps(number), "InvocationType": "Event"}
            try:
                answer = self.call("Invoke", client, **parameters)
            except TencentCloudSDKException:
                return
            acknowledged[answer["Result"]["FunctionRequestId"]] = number

    def finished(self):
        """The newest events whose end is known."""
        listed = self.call("ListAsyncEvents", FunctionName="counting", Status=["FINISHED"], Limit=100)
        return {each["InvokeRequestId"] for each in listed["EventList"]}


class Workers(Case):
    OPTIONS = ("--async-workers", "2")
    PROJECT = {
        "krait.toml": "[functions.waiting]\ntimeout = 20\n[functions.quick]\n",
        "waiting/index.py": WAITING,
        "quick/index.py": "def main_handler(event, context):\n    return 'quick'\n",
    }

    def test_so_many_events_of_a_function_are_worked_on_at_once(self):
        pipes = [self.pipe(f"pipe{number}") for number in range(4)]
        requests = [self.queue("waiting", json.dumps({"pipe": pipe})) for pipe in pipes]
        for first in (0, 2):
            with opened(pipes[first]), opened(pipes[first + 1]):
                self.server.until_busy("waiting", 2)
                # Nobody has the others open: they have not begun.
                for pipe in pipes[first + 2:]:
                    with self.assertRaises(OSError) as caught:
                        os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
                    self.assertEqual(caught.exception.errno, errno.ENXIO)
                # A slow function holds up no other's.
                self.assertEqual(self.ended(self.queue("quick"))["Status"], "FINISHED")
                # Who waits for an answer has instances of its own.
                self.assertEqual(self.returned("waiting", '{"pipe": "/dev/null"}'), "over")
        for request in requests:
            self.assertEqual(self.ended(request)["Status"], "FINISHED")
