"""A CKafka trigger: a batch of messages, of which a bad one must not spoil the rest."""

import dataclasses
import json
import logging


@dataclasses.dataclass
class Order:
    id: int
    items: list[str]

    @classmethod
    def parse(cls, text):
        data = json.loads(text)
        return cls(int(data["id"]), list(data["items"]))


def main_handler(event, context):
    orders, bad = [], []
    for record in event["Records"]:
        message = record["Ckafka"]
        try:
            orders.append(Order.parse(message["msgBody"]))
        except (ValueError, KeyError, TypeError) as error:
            logging.warning("%s[%s]@%s: %r", message["topic"], message["partition"], message["offset"], error)
            bad.append(message["offset"])
    return {"orders": [dataclasses.asdict(order) for order in orders], "bad_offsets": bad}
