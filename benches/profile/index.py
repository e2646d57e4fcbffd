"""Work that what ships is trained on (`cargo xtask profile`): pieces such as handlers are made of.

The event says which modules' pieces are run, and for how many seconds each. A piece is a function of
no arguments with the mark `@piece`; its own figures do not matter, only what of the interpreter it
uses, and how much. None is taken from a suite that krait is measured by.
"""

import importlib
import time


def main_handler(event, context):
    seconds = event.get("seconds", 0.2)
    turns = {}
    for name in event["modules"]:
        for piece in importlib.import_module(name).PIECES:
            end = time.perf_counter() + seconds
            count = 0
            while not count or time.perf_counter() < end:
                piece()
                count += 1
            turns[f"{name}.{piece.__name__}"] = count
    return turns
