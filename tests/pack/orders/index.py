"""A function that needs its package, its layer and its data."""

import os
import pathlib

import prices
from shop import total

HERE = pathlib.Path(__file__).parent


def main_handler(event, context):
    if "httpMethod" in event:
        event = {"items": event["path"].strip("/").split("/")}
    print("counting", *event["items"])
    return {
        "total": total(event["items"]),
        "currency": (HERE / "currency.txt").read_text().strip(),
        "layer": prices.__name__ in os.path.dirname(prices.__file__),
        "colour": os.environ.get("COLOUR"),
    }
