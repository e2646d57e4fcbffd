"""One function that fails in each way a function can: the event names the way."""

import os
import sys
import time


def main_handler(event, context):
    print(f"about to fail: {event['how']}")
    return {
        "raise": lambda: divide(1, 0),
        "return bytes": lambda: b"not JSON",
        "return too much": lambda: "x" * (7 * 1024 * 1024),
        "loop": lambda: time.sleep(60),
        "eat memory": eat_memory,
        "exit": lambda: sys.exit("goodbye"),
        "die": lambda: os._exit(1),
    }[event["how"]]()


def divide(a, b):
    return a / b


def eat_memory():
    kept = []
    while True:
        kept.append(bytearray(1024 * 1024))
