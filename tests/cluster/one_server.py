"""Two nodes, one NATS server."""

import json
import signal
import threading
import time
import unittest

from nodes import Case, holding, noting, package
from server import PATIENCE, wait_until

HELLO = "def main_handler(event, context):\n    print('said', event)\n    return {'got': event}\n"
CHANGED = "def main_handler(event, context):\n    return 'changed'\n"


class Functions(Case):
    def test_made_at_one_node_and_used_at_the_other(self):
        a, b = self.node("a"), self.node("b")
        a.create("made", HELLO)
        b.has("made")
        self.assertEqual(b.returned("made", {"x": 1}), {"got": {"x": 1}})
        again = b.call("CreateFunction", FunctionName="made", Code={"ZipFile": ""}, Handler="index.main_handler")
        self.assertIn("Error", again)

        # Changed at the other, published at both: no number is given twice.
        self.assertEqual(a.call("PublishVersion", FunctionName="made")["FunctionVersion"], "1")
        b.call("UpdateFunctionCode", FunctionName="made", Code={"ZipFile": package(CHANGED)}, Handler="index.main_handler")
        wait_until(lambda: a.returned("made") == "changed", PATIENCE, "the change")
        self.assertEqual(b.call("PublishVersion", FunctionName="made")["FunctionVersion"], "2")
        wait_until(lambda: len(a.call("ListVersionByFunction", FunctionName="made")["FunctionVersion"]) == 3, PATIENCE, "the versions")
        of_version = a.call("Invoke", FunctionName="made", Qualifier="1", ClientContext="{}")
        self.assertEqual(json.loads(of_version["Result"]["RetMsg"]), {"got": {}})

        # A node that comes later, or comes again with nothing, has all of it.
        c = self.node("c")
        self.assertEqual(c.returned("made"), "changed")

        # The log of a call at one node is read at another.
        a.call("Invoke", FunctionName="made", Qualifier="1", ClientContext='{"n": 5}')
        logs = lambda: c.call("GetFunctionLogs", FunctionName="made", Qualifier="1")["Data"]
        wait_until(lambda: any("said {'n': 5}" in each["Log"] for each in logs()), PATIENCE, "the log")

        a.call("DeleteFunction", FunctionName="made")
        gone = lambda: b.call("Invoke", FunctionName="made").get("Error", {}).get("Message") == "Function not found: [made]"
        wait_until(gone, PATIENCE, "the end")

    def test_namespaces(self):
        a, b = self.node("a"), self.node("b")
        a.call("CreateNamespace", Namespace="staging")
        names = lambda node: [each["Name"] for each in node.call("ListNamespaces")["Namespaces"]]
        wait_until(lambda: names(b) == ["default", "staging"], PATIENCE, "the namespace")
        b.call("DeleteNamespace", Namespace="staging")
        wait_until(lambda: names(a) == ["default"], PATIENCE, "its end")


class Events(Case):
    def test_accepted_at_one_node_and_run_at_another(self):
        """Its node is killed at once; a node that takes no events accepted it."""
        a = self.node("a", options=["--role", "api"])
        a.create("job", noting(self.common))
        request_id = a.queue("job", {"number": 1})
        self.assertEqual(a.status(request_id), "RUNNING")
        a.kill()
        self.assertEqual(self.lines(), [])
        b = self.node("b", options=["--role", "worker"])
        self.until_lines(1)
        self.assertEqual(self.lines(), [f"1 {request_id}"])
        status, _, said = b.request("GET", "/ui")
        self.assertEqual((status, said.decode()), (404, "this node takes no requests: it runs with --role worker; ask a node that runs with --role api or all\n"))
        self.assertEqual(b.metric("krait_node_info", node="b", role="worker"), 1)
        c = self.node("c", options=["--role", "api"])
        wait_until(lambda: c.status(request_id) == "FINISHED", PATIENCE, "its result")

    def test_a_worker_that_is_killed_in_the_middle_of_a_call(self):
        a = self.node("a", options=["--role", "api"])
        self.hold.touch()
        a.create("job", noting(self.common, holding(self)), Timeout=60)
        b = self.node("b", options=["--role", "worker"])
        request_id = a.queue("job", {"number": 1})
        self.until_lines(1, "begun")
        b.kill()
        self.hold.unlink()
        c = self.node("c", options=["--role", "worker"])
        # The lease is ten seconds; the rest is for a busy machine.
        self.until_lines(2, "begun")
        self.until_lines(1)
        self.assertEqual(self.lines(), [f"1 {request_id}"])
        wait_until(lambda: a.status(request_id) == "FINISHED", PATIENCE, "its result")
        self.assertEqual(c.metric("krait_redelivered_events_total"), 1)

    def test_a_call_that_is_longer_than_the_lease(self):
        a = self.node("a", options=["--role", "api"])
        b, c = [self.node(name, options=["--role", "worker"]) for name in "bc"]
        begun = self.common / "begun"
        a.create("job", noting(self.common, f"open({str(begun)!r}, 'a').write('x\\n'); time.sleep(12)"), Timeout=30)
        request_id = a.queue("job", {"number": 1})
        self.until_lines(1)
        wait_until(lambda: a.status(request_id) == "FINISHED", PATIENCE, "its result")
        self.assertEqual(self.lines(), [f"1 {request_id}"])
        # The other worker did not begin it when the lease would have been over.
        self.assertEqual(len(self.lines("begun")), 1)
        self.assertEqual([node.metric("krait_redelivered_events_total") for node in (b, c)], [0, 0])

    def test_retries_and_a_dead_letter(self):
        source = noting(self.common) + "    raise ValueError(event['number'])\n"
        source = source.replace("return event['number']", "pass")
        files = {
            "krait.toml": '[functions.fails]\nretry-interval = 0.5\ndead-letter = { function = "letters" }\n[functions.letters]\n',
            "fails/index.py": source,
            "letters/index.py": f"""
import json
def main_handler(event, context):
    with open({str(self.common / 'letters')!r}, 'a') as file:
        file.write(json.dumps([event['RequestId'], event['Body']['RetryNum']]) + '\\n')
""",
        }
        a, b = self.node("a", files), self.node("b", files)
        request_id = a.queue("fails", {"number": 7})
        self.until_lines(1, "letters")
        self.assertEqual(self.lines(), [f"7 {request_id}"] * 3)
        self.assertEqual([json.loads(each) for each in self.lines("letters")], [[request_id, 2]])
        wait_until(lambda: b.status(request_id) == "FAILED", PATIENCE, "its result")

    def test_terminated_at_another_node(self):
        a = self.node("a", options=["--role", "api"])
        b = self.node("b", options=["--role", "worker"])
        begun = self.common / "begun"
        a.create("job", noting(self.common, f"open({str(begun)!r}, 'a').write('x\\n'); time.sleep(20)"), Timeout=30)
        request_id = a.queue("job", {"number": 1})
        self.until_lines(1, "begun")
        self.assertNotIn("Error", a.call("TerminateAsyncEvent", FunctionName="job", InvokeRequestId=request_id))
        self.assertEqual(a.status(request_id), "ABORTED")
        b.says(lambda line: f"{request_id} default/job 439" in line)
        self.assertEqual(self.lines(), [])

    def test_events_are_listed(self):
        a = self.node("a", options=["--role", "api"])
        a.create("job", noting(self.common))
        a.create("other", noting(self.common))
        ids = [a.queue("job", {"number": number}) for number in range(3)]
        a.queue("other", {"number": 9})
        self.assertEqual(self.listed(a), (3, ids[::-1], ["RUNNING"] * 3))
        self.node("b", options=["--role", "worker"])
        self.until_lines(4)
        wait_until(lambda: self.listed(a, Status=["FINISHED"])[0] == 3, PATIENCE, "their results")
        self.assertEqual(self.listed(a, Order="ASC"), (3, ids, ["FINISHED"] * 3))
        self.assertEqual(self.listed(a, Order="ASC", Offset=1, Limit=1), (3, ids[1:2], ["FINISHED"]))
        self.assertEqual(self.listed(a, Orderby="EndTime")[0], 3)
        self.assertEqual(self.listed(a, Status=["RUNNING", "FAILED"]), (0, [], []))
        self.assertEqual(self.listed(a, InvokeRequestId=ids[2]), (1, ids[2:], ["FINISHED"]))

    def listed(self, node, **asked):
        answer = node.call("ListAsyncEvents", FunctionName="job", **asked)
        self.assertNotIn("Error", answer)
        events = answer["EventList"]
        return answer["TotalCount"], [each["InvokeRequestId"] for each in events], [each["Status"] for each in events]

    def test_a_node_that_ends_takes_no_more_events(self):
        """Although a request still runs there."""
        a, b = self.node("a"), self.node("b", options=["--role", "api"])
        self.hold.touch()
        a.create("job", noting(self.common, holding(self)), Timeout=60)
        b.has("job")
        answers = []
        call = threading.Thread(target=lambda: answers.append(a.returned("job", {"number": 1})))
        call.start()
        self.until_lines(1, "begun")
        a.process.send_signal(signal.SIGTERM)
        a.says(lambda line: "takes no more events" in line)
        request_id = b.queue("job", {"number": 2})
        self.hold.unlink()
        call.join(PATIENCE)
        a.process.wait(PATIENCE)
        self.assertEqual((answers, len(self.lines())), ([1], 1))
        self.node("c", options=["--role", "worker"])
        self.until_lines(2)
        self.assertEqual(self.lines()[1], f"2 {request_id}")

    def test_a_deleted_functions_events_fail(self):
        a = self.node("a", options=["--role", "api"])
        a.create("job", noting(self.common))
        request_id = a.queue("job", {"number": 1})
        a.call("DeleteFunction", FunctionName="job")
        self.node("b", options=["--role", "worker"])
        wait_until(lambda: a.status(request_id) == "FAILED", PATIENCE, "its result")
        self.assertEqual(self.lines(), [])


class Versions(Case):
    """What a newer krait writes, with more in it than this one knows."""

    def test_a_note_of_an_event_keeps_what_is_unknown(self):
        a = self.node("a", options=["--role", "api"])
        a.create("job", noting(self.common))
        request_id = a.queue("job", {"number": 1})
        now = int(time.time() * 1000)
        note = {
            "request_id": request_id, "namespace": "default", "function": "job", "qualifier": "$LATEST", "invoke_type": "EVENT",
            "state": "Queued", "attempt": 1, "enqueued_at": now, "due_at": now, "started_at": now, "ended_at": None,
            "status_code": None, "ret_msg": None, "termination": None, "run_errors": 1, "system_errors": 0, "colour": {"of": "red"},
        }
        self.nats.ask(f"krait.event.{request_id}", json.dumps(note))
        self.node("b", options=["--role", "worker"])
        wait_until(lambda: a.status(request_id) == "FINISHED", PATIENCE, "its result")
        # A first delivery looks for no note: the server gives the event again.
        kept = json.loads(self.nats.last("KRAIT_EVENTS", f"krait.event.{request_id}"))
        self.assertEqual((kept["colour"], kept["state"]), ({"of": "red"}, "Finished"))

    def test_a_function_that_cannot_be_read_is_left_to_newer_nodes(self):
        a = self.node("a")
        a.create("job", noting(self.common))
        key = "$KV.krait-functions.function.default.job.latest"
        written = json.loads(self.nats.last("KV_krait-functions", key))
        definition = json.loads(written["definition"])
        unknown = {
            "a record": {**written, "colour": "red"},
            "a declaration": {**written, "definition": json.dumps({**definition, "declaration": {**definition["declaration"], "colour": "red"}})},
        }
        for what, newer in unknown.items():
            with self.subTest(what):
                self.nats.ask(key, json.dumps(newer))
                a.says(lambda line: "a newer krait" in line)
                problem = "a newer krait has written it, and this one cannot read it"
                wait_until(lambda: problem in json.dumps(a.call("GetFunction", FunctionName="job")), PATIENCE, "the problem")
                changed = a.call("UpdateFunctionConfiguration", FunctionName="job", MemorySize=256)
                self.assertIn("Error", changed)
                self.assertEqual(json.loads(self.nats.last("KV_krait-functions", key)), newer)
                # As it was: a node of that version would have it.
                self.nats.ask(key, json.dumps(written))
                wait_until(lambda: problem not in json.dumps(a.call("GetFunction", FunctionName="job")), PATIENCE, "the function")
        self.assertEqual(a.returned("job", {"number": 1}), 1)


class Timers(Case):
    def test_a_timer_fires_once(self):
        files = {
            "krait.toml": '[functions.ticks]\n[[functions.ticks.timers]]\nname = "t"\ncron = "* * * * * * *"\n',
            "ticks/index.py": f"""
def main_handler(event, context):
    with open({str(self.common / 'ran')!r}, 'a') as file:
        file.write(event['Time'] + '\\n')
""",
        }
        for name in "abc":
            self.node(name, files)
        self.until_lines(4)
        times = self.lines()
        self.assertEqual(sorted(set(times)), sorted(times))


class TheServerAway(Case):
    def test_it_goes_and_comes_back(self):
        a = self.node("a")
        a.create("job", noting(self.common))
        first = a.queue("job", {"number": 1})
        self.until_lines(1)
        # The server may not have the first event's result and record yet. Neither is lost then.
        self.nats.kill(0)
        a.says("is lost: asynchronous calls are refused until it is back")
        # What needs no server goes on.
        self.assertEqual(a.returned("job", {"number": 2}), 2)
        refused = a.call("Invoke", FunctionName="job", ClientContext="{}", InvocationType="Event")["Error"]
        self.assertEqual(refused["Code"], "FailedOperation.InvokeFunction")
        self.assertIn("the cluster's servers do not answer: there is no connection", refused["Message"])
        self.assertEqual(a.metric("krait_cluster_connected"), 0)
        self.nats.start(0)
        a.says("is back")
        wait_until(lambda: a.metric("krait_cluster_connected") == 1, PATIENCE, "the connection")
        third = a.queue("job", {"number": 3})
        self.until_lines(3)
        for request_id in (first, third):
            wait_until(lambda: a.status(request_id) == "FINISHED", PATIENCE, "its result")
        # The record of the call meanwhile was not lost, and none is there twice.
        logs = lambda: a.call("GetFunctionLogs", FunctionName="job")["TotalCount"]
        wait_until(lambda: logs() >= 3, PATIENCE, "the records")
        self.assertEqual(logs(), 3)


if __name__ == "__main__":
    unittest.main()
