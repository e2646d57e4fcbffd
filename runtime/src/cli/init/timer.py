"""Runs when its timer fires: template.yaml says when."""

import datetime


def main_handler(event, context):
    fired = datetime.datetime.fromisoformat(event["Time"])
    print(f"{event['TriggerName']} fired with {event['Message']!r}")
    return {"day": fired.date().isoformat(), "message": event["Message"]}
