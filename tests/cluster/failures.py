"""What fails besides processes that are killed: nodes that stop, networks, disks, and nodes that are
replaced one after the other."""

import collections
import json
import select
import signal
import socket
import threading
import unittest

from nodes import Case, holding, noting
from server import PATIENCE, wait_until

# A node has an event for so long without a sign of life.
LEASE = 10


class Wire:
    """A way to a NATS server that can be cut: what is sent then is held back, in both directions, and
    nobody is told, as when a cable is drawn. Once it is mended, the connections are closed."""

    def __init__(self, port):
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._whole, self._sockets = threading.Event(), []
        self._whole.set()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        self._whole.clear()

    def mend(self):
        ended, self._sockets = self._sockets, []
        for each in ended:
            each.close()
        self._whole.set()

    def close(self):
        self._listener.close()
        self.mend()

    def _accept(self):
        while True:
            try:
                near = self._listener.accept()[0]
            except OSError:
                return
            self._whole.wait()
            try:
                far = socket.create_connection(("127.0.0.1", self._to))
            except OSError:
                near.close()
                continue
            self._sockets += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=[one, other], daemon=True).start()

    def _carry(self, one, other):
        try:
            while data := one.recv(1 << 16):
                while not self._whole.wait(0.1):
                    # Closed meanwhile.
                    select.select([one], [], [], 0)
                other.sendall(data)
        except (OSError, ValueError):
            pass
        one.close()
        other.close()


class ANodeStops(Case):
    def test_its_events_run_elsewhere(self):
        """A worker is stopped in the middle of a call, as a machine that swaps is. Another node runs the
        event. When the first goes on, its own result changes nothing."""
        a = self.node("a", options=["--role", "api"])
        self.hold.touch()
        a.create("job", noting(self.common, holding(self)), Timeout=60)
        b = self.node("b", options=["--role", "worker"])
        request_id = a.queue("job", {"number": 1})
        self.until_lines(1, "begun")
        b.process.send_signal(signal.SIGSTOP)
        self.addCleanup(b.process.send_signal, signal.SIGCONT)
        self.hold.unlink()
        c = self.node("c", options=["--role", "worker"])
        wait_until(lambda: a.status(request_id) == "FINISHED", LEASE + PATIENCE, "its result")
        self.assertEqual(len(self.lines("begun")), 2)
        self.assertEqual(c.metric("krait_redelivered_events_total"), 1)
        b.process.send_signal(signal.SIGCONT)
        # It is a good node again.
        c.kill()
        second = a.queue("job", {"number": 2})
        wait_until(lambda: a.status(second) == "FINISHED", LEASE + PATIENCE, "the second result")
        self.assertEqual(a.status(request_id), "FINISHED")
        wait_until(lambda: a.metric("krait_queued_events") == 0, PATIENCE, "the end")


class TheNetworkIsCut(Case):
    def test_a_node_that_is_alone(self):
        """A node behind a wire that is cut runs an event. Another node gets it when the lease is over.
        The first node's callers are refused meanwhile, and served when the wire is mended."""
        wire = Wire(self.nats.ports[0])
        self.addCleanup(wire.close)
        b = self.node("b", options=["--role", "api"])
        self.hold.touch()
        b.create("job", noting(self.common, holding(self)), Timeout=60)
        a = self.node("a", url=f"nats://127.0.0.1:{wire.port}")
        first = b.queue("job", {"number": 1})
        self.until_lines(1, "begun")
        wire.cut()
        self.hold.unlink()
        c = self.node("c", options=["--role", "worker"])
        self.assertEqual(a.returned("job", {"number": 5}), 5)
        refused = a.call("Invoke", FunctionName="job", ClientContext="{}", InvocationType="Event")["Error"]
        self.assertEqual(refused["Code"], "FailedOperation.InvokeFunction")
        wait_until(lambda: b.status(first) == "FINISHED", LEASE + PATIENCE, "its result")
        self.assertEqual(c.metric("krait_redelivered_events_total"), 1)
        a.says("is lost: asynchronous calls are refused until it is back")
        wire.mend()
        wait_until(lambda: a.metric("krait_cluster_connected") == 1, PATIENCE, "the connection")
        last = a.queue("job", {"number": 3})
        wait_until(lambda: b.status(last) == "FINISHED", PATIENCE, "the last result")
        self.assertEqual(b.status(first), "FINISHED")
        wait_until(lambda: b.metric("krait_queued_events") == 0, PATIENCE, "the end")


class NoRoom(Case):
    JETSTREAM = "max_file_store: 4MB"

    def test_events_are_refused_and_those_that_were_taken_run(self):
        """There is room for some forty events, and then not even for a result."""
        self.nats.make_stream(name="KRAIT_EVENTS", subjects=["krait.event.*"], max_bytes=200_000, max_msgs_per_subject=1)
        self.nats.make_stream(name="KRAIT_RECORDS", subjects=["krait.record.>"], max_bytes=200_000)
        a = self.node("a", options=["--role", "api"])
        a.create("job", noting(self.common))
        accepted, filler = [], "x" * 100_000
        while True:
            answer = a.call("Invoke", FunctionName="job", InvocationType="Event", ClientContext=json.dumps({"number": len(accepted), "filler": filler}))
            if "Error" in answer:
                break
            accepted.append(answer["Result"]["FunctionRequestId"])
            self.assertLess(len(accepted), 60)
        self.assertEqual(answer["Error"]["Code"], "RequestLimitExceeded")
        self.assertGreater(len(accepted), 20)
        self.node("b", options=["--role", "worker"])
        self.until_lines(len(accepted))
        # It is in neither place for a moment, while it makes room for its own result.
        known = lambda request_id: a.call("GetAsyncEventStatus", InvokeRequestId=request_id).get("Result", {})
        for request_id in accepted:
            wait_until(lambda: known(request_id).get("Status") == "FINISHED", PATIENCE, "its result")
        self.assertEqual(sorted(line.split()[1] for line in self.lines()), sorted(accepted))
        a.queue("job", {"number": 100})


class NodesAreReplaced(Case):
    def test_one_after_the_other(self):
        """Three nodes are ended and started again in turn, while events come in. Callers go to another
        node when theirs is away. Nothing is lost, nothing runs twice, and they do not wait for leases."""
        nodes = [self.node(name) for name in "abc"]
        nodes[0].create("job", noting(self.common, "time.sleep(0.05)"))
        for node in nodes:
            node.has("job")
        accepted, over = {}, threading.Event()

        def send():
            number = 0
            while not over.is_set():
                # What waits is little, so that the end shows what waited for a lease.
                if len(accepted) - len(self.lines()) > 20:
                    over.wait(0.02)
                    continue
                try:
                    accepted[number] = nodes[number % 3].queue("job", {"number": number})
                except (AssertionError, OSError, ValueError):
                    # Refused, or cut off: another number, as the event may have been accepted.
                    pass
                number += 1

        sender = threading.Thread(target=send)
        sender.start()
        for place, name in enumerate("abc"):
            before = len(accepted)
            wait_until(lambda: len(accepted) > before + 20, PATIENCE, "some events")
            nodes[place].process.send_signal(signal.SIGTERM)
            self.assertEqual(nodes[place].process.wait(PATIENCE), 0)
            nodes[place] = self.node(name)
        over.set()
        sender.join(PATIENCE)
        left = lambda: nodes[0].metric("krait_queued_events")
        # One that was on its way to a node that ended waits for its lease, if the node is too slow to give it
        # back: on a busy machine.
        wait_until(lambda: left() <= 1, LEASE / 2, "an end of all but one")
        wait_until(lambda: left() == 0, LEASE + PATIENCE, "the end")
        runs = collections.Counter(self.lines())
        of_accepted = {f"{number} {request_id}" for number, request_id in accepted.items()}
        self.assertEqual(of_accepted - set(runs), set())
        self.assertEqual([line for line, count in runs.items() if count > 1], [])


if __name__ == "__main__":
    unittest.main()
