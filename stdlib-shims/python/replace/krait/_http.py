"""krait: the events of HTTP triggers as requests, and answers as what such triggers take.

An API gateway, a function URL and a load balancer (CLB) differ in their events
(docs/contract.md, 8.1, 8.2 and 8.9), and take the same answer.
"""

import base64
import json
from urllib.parse import urlencode


class NoRequest(ValueError):
    """The event is not one of an HTTP trigger."""


class Request:
    """The request that an event carries. Names of headers are in lower case."""

    def __init__(self, event):
        if not isinstance(event, dict) or not isinstance(event.get("headers"), dict):
            raise NoRequest("the event has no headers: it is not one of an API gateway, a function URL or a CLB")
        self.headers = {name.lower(): _text(value) for name, value in event["headers"].items()}
        if "httpMethod" in event:
            self.method = event["httpMethod"].upper()
            self.path = event.get("path") or "/"
            self.query = _query(event.get("queryString"))
            body = event.get("body")
        else:
            # A load balancer's.
            self.method = self.headers.get("x-method", "POST").upper()
            self.path, _, self.query = self.headers.get("x-uri", "/").partition("?")
            body = event.get("payload")
        self.body = _body(body, event.get("isBase64Encoded"))
        if self.body or "content-length" in self.headers:
            self.headers["content-length"] = str(len(self.body))
        gateway = event.get("requestContext") or {}
        first = self.headers.get("x-forwarded-for", "").split(",")[0].strip()
        addresses = (gateway.get("sourceIp"), self.headers.get("x-scf-remote-addr"), self.headers.get("x-real-ip"), first)
        self.client = next(filter(None, addresses), "127.0.0.1")
        schemes = (self.headers.get("x-api-scheme"), self.headers.get("x-forwarded-proto"))
        self.scheme = next(filter(None, schemes), "https")
        host, _, port = self.headers.get("host", "localhost").partition(":")
        self.server = host, int(port) if port.isdigit() else 443 if self.scheme == "https" else 80


def answer(status, headers, body):
    """The answer of a status, pairs of headers and a body of bytes."""
    named = {}
    for name, value in headers:
        known = next((each for each in named if each.lower() == name.lower()), None)
        if known is None:
            named[name] = value
        elif isinstance(named[known], list):
            named[known].append(value)
        else:
            named[known] = [named[known], value]
    try:
        text, encoded = body.decode("utf-8"), False
    except UnicodeDecodeError:
        text, encoded = base64.b64encode(body).decode("ascii"), True
    return {"isBase64Encoded": encoded, "statusCode": status, "headers": named, "body": text}


def _text(value):
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _query(query):
    """The query's text; an event has it in parts, which are decoded."""
    return urlencode(query, doseq=True) if isinstance(query, dict) else query or ""


def _body(body, encoded):
    if body is None:
        return b""
    if not isinstance(body, str):
        # A load balancer reads JSON itself.
        body = json.dumps(body, ensure_ascii=False)
    # A load balancer says so in words.
    return base64.b64decode(body) if encoded is True or encoded == "true" else body.encode("utf-8")
