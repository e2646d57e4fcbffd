"""An HTTP endpoint behind an API gateway: prices an order.

The integration response is a dict with the status code, headers and body; the body is
text, so JSON in it is dumped by the function itself.
"""

import base64
import json
from decimal import Decimal, InvalidOperation

PRICES = {"tea": Decimal("3.20"), "coffee": Decimal("4.50")}


def main_handler(event, context):
    if event["httpMethod"] != "POST":
        return respond(405, {"error": "POST an order"}, {"Allow": "POST"})
    body = event.get("body") or ""
    if event.get("isBase64Encoded"):
        body = base64.b64decode(body).decode()
    try:
        order = json.loads(body)
        total = sum(PRICES[line["item"]] * Decimal(line["quantity"]) for line in order["lines"])
    except (ValueError, TypeError, InvalidOperation) as error:
        return respond(400, {"error": f"not an order: {error}"})
    except KeyError as error:
        return respond(422, {"error": f"unknown: {error.args[0]}"})
    print(f"order {event['pathParameters']['id']}: {total}")
    return respond(200, {"id": event["pathParameters"]["id"], "total": str(total)})


def respond(status, body, headers=None):
    return {
        "isBase64Encoded": False,
        "statusCode": status,
        "headers": {"Content-Type": "application/json; charset=utf-8", **(headers or {})},
        "body": json.dumps(body, ensure_ascii=False),
    }
