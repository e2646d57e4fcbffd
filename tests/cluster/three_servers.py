"""Three NATS servers that are a cluster, and three nodes."""

import collections
import threading
import time
import unittest

from nodes import Case, noting
from server import PATIENCE, wait_until

EVENTS = 1000
SENDERS = 8


class NothingIsLost(Case):
    SERVERS = 3

    def test_events_while_a_node_and_a_server_are_killed(self):
        """Three nodes, replicas 3. While events come in, a node is killed, and a server. Each event that
        was accepted runs; some run twice, and are counted."""
        nodes = [self.node(name, options=["--replicas", "3"]) for name in "abc"]
        nodes[0].create("job", noting(self.common))
        for node in nodes:
            node.has("job")
        accepted, refused, lock = {}, [], threading.Lock()
        numbers = iter(range(EVENTS))

        def send():
            while True:
                with lock:
                    number = next(numbers, None)
                if number is None:
                    return
                # The last node is not killed; what it refuses meanwhile is sent again.
                node = nodes[number % 2]
                while True:
                    try:
                        request_id = node.queue("job", {"number": number})
                        break
                    except (AssertionError, OSError) as error:
                        refused.append(str(error))
                        time.sleep(0.1)
                accepted[number] = request_id

        senders = [threading.Thread(target=send) for _ in range(SENDERS)]
        begun = time.monotonic()
        for each in senders:
            each.start()
        wait_until(lambda: len(accepted) > EVENTS // 4, PATIENCE, "a quarter of the events")
        nodes[2].kill()
        wait_until(lambda: len(accepted) > EVENTS // 2, PATIENCE, "half of the events")
        self.nats.kill(0)
        for each in senders:
            each.join(PATIENCE)
        self.assertEqual(len(accepted), EVENTS, refused[-3:])
        accepted_in = time.monotonic() - begun

        ran = lambda: {int(line.split()[0]) for line in self.lines() if len(line.split()) == 2}
        wait_until(lambda: len(ran()) == EVENTS, 2 * PATIENCE, "all events")
        all_in = time.monotonic() - begun
        runs = collections.Counter(line for line in self.lines())
        of_accepted = {f"{number} {request_id}" for number, request_id in accepted.items()}
        self.assertEqual(of_accepted - set(runs), set())
        again = sum(count - 1 for count in runs.values())
        unknown = len(set(runs) - of_accepted)
        print(
            f"\n{EVENTS} events accepted in {accepted_in:.1f} s and run in {all_in:.1f} s; {len(refused)} refused and "
            f"sent again, {unknown} of these ran all the same; {again} ran twice"
        )


if __name__ == "__main__":
    unittest.main()
