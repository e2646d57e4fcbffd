"""A WSGI app as a function: what Flask, Django and Bottle make is such an app, too."""

import json
from urllib.parse import parse_qs

import krait.wsgi


def app(environ, start_response):
    if environ["PATH_INFO"] != "/greet":
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"only /greet is here\n"]
    names = parse_qs(environ["QUERY_STRING"]).get("name", ["you"])
    order = json.loads(environ["wsgi.input"].read() or b"{}")
    start_response(
        "200 OK",
        [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Set-Cookie", f"last={names[-1]}"),
            ("Set-Cookie", "seen=1"),
        ],
    )
    # What is streamed comes as one answer.
    return (f"{order.get('word', 'Hello')}, {name}\n".encode() for name in names)


# With Flask: app = flask.Flask(__name__)
main_handler = krait.wsgi.handler(app)
