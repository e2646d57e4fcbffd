"""Timer triggers of a project's functions."""

import datetime
import json
import os
import select
import signal
import time

from harness import Case
from server import PATIENCE

TICK = '{ name = "tick", cron = "*/1 * * * * * *", message = \'user "text" 你\' }'
OFF = '{ name = "off", cron = "*/1 * * * * * *", message = "never", enabled = %s }'
NEVER = '{ name = "in-2099", cron = "0 0 0 1 1 * 2099", message = "never" }'
# Each event is a line in a pipe, at once.
TELLING = """
import json
def main_handler(event, context):
    with open("FOLDER/events", "a") as pipe:
        pipe.write(json.dumps(event) + "\\n")
"""


def settings(enabled):
    return f"[functions.telling]\ntimers = [{TICK}, {OFF % enabled}, {NEVER}]\n"


class Timers(Case):
    PROJECT = {"krait.toml": "[functions.telling]\n", "telling/index.py": TELLING}

    def setUp(self):
        super().setUp()
        # Open for writing, too: so it has no end while nobody else writes.
        self.events = os.fdopen(os.open(self.pipe("events"), os.O_RDWR), "rb", buffering=0)
        self.addCleanup(self.events.close)
        self.unread = b""

    def reload(self, enabled):
        self.server.write({"krait.toml": settings(enabled)})
        said = len(self.server.log)
        self.server.process.send_signal(signal.SIGHUP)
        self.server.says("krait: 1 function is in service", said)

    def next(self):
        """The next event that the function got."""
        while b"\n" not in self.unread:
            readable, _, _ = select.select([self.events], [], [], PATIENCE)
            self.assertTrue(readable, "no timer fired")
            self.unread += self.events.read(65536)
        line, self.unread = self.unread.split(b"\n", 1)
        return json.loads(line)

    def test_who_is_enabled_fires_once_a_second(self):
        begun = time.time()
        self.reload("false")
        events = [self.next() for _ in range(4)]
        seconds = []
        for event in events:
            due = event.pop("Time")
            self.assertRegex(due, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
            seconds.append(datetime.datetime.fromisoformat(due).timestamp())
            self.assertEqual(event, {"Type": "Timer", "TriggerName": "tick", "Message": 'user "text" 你'})
        self.assertEqual(sorted(set(seconds)), seconds, "one second twice")
        # The first is that after the timer was there, and none was left out. (Where the machine is
        # held up for a second, its timer is not made up for.)
        self.assertTrue(begun - 1 <= seconds[0] <= begun + 10, (begun, seconds))
        self.assertLessEqual(seconds[-1] - seconds[0], 12)
        self.assertLessEqual(seconds[-1], time.time(), "it fired before its time")
        self.assertLess(time.time() - seconds[-1], 5, "it fired late")

        # They are queued events, like others.
        self.until(lambda: len(self.listed(InvokeType=["TIMER"], Status=["FINISHED"])) >= 4)
        self.assertEqual(self.listed(InvokeType=["CLOUD_API"]), [])

        # One that is enabled fires with it, and no more once it is disabled again.
        self.reload("true")
        while self.next()["TriggerName"] != "off":
            pass
        self.reload("false")
        disabled = time.time()
        later = []
        while not later or len([each for each in later if each["TriggerName"] == "tick"]) < 3:
            event = self.next()
            if datetime.datetime.fromisoformat(event["Time"]).timestamp() > disabled:
                later.append(event)
        self.assertEqual({each["TriggerName"] for each in later}, {"tick"})

    def listed(self, **asked):
        return self.call("ListAsyncEvents", FunctionName="telling", **asked)["EventList"]
