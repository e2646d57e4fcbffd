"""Answers requests to the function's URL."""

import json


def main_handler(event, context):
    if event["httpMethod"] != "POST":
        return answer(405, {"error": "POST a JSON object"})
    try:
        given = json.loads(event["body"])
    except ValueError:
        return answer(400, {"error": "the body is not JSON"})
    return answer(200, {"path": event["path"], "given": given})


def answer(status, value):
    return {
        "isBase64Encoded": False,
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(value),
    }
