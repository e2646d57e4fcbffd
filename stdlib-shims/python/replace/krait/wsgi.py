"""krait: HTTP events, answered by a WSGI app (PEP 3333).

    import krait.wsgi
    from app import app

    main_handler = krait.wsgi.handler(app)
"""

import io
import sys

from ._http import Request, answer


def handler(app, root_path=""):
    """A handler that answers by `app`. `root_path` is what the app is below: a path that starts
    with it is the app's without it, and links that the app makes start with it."""

    def main_handler(event, context):
        return respond(app, event, context, root_path)

    return main_handler


def respond(app, event, context, root_path=""):
    """The answer of `app` to one event."""
    started, written = [], []

    def start_response(status, headers, exc_info=None):
        if started and exc_info is None:
            raise AssertionError("start_response was called before")
        started[:] = [(int(status.split(" ", 1)[0]), list(headers))]
        return written.append

    result = app(_environ(Request(event), event, context, root_path.rstrip("/")), start_response)
    try:
        # What is streamed is collected: an answer is one value.
        parts = list(result)
    finally:
        if hasattr(result, "close"):
            result.close()
    if not started:
        raise AssertionError("the app did not call start_response")
    status, headers = started[0]
    return answer(status, headers, b"".join(written + parts))


def _environ(request, event, context, root_path):
    path = request.path
    if path == root_path or path.startswith(root_path + "/"):
        path = path[len(root_path):]
    server, port = request.server
    environ = {
        "REQUEST_METHOD": request.method,
        # Bytes as text, as WSGI wants it.
        "SCRIPT_NAME": root_path.encode("utf-8").decode("latin-1"),
        "PATH_INFO": path.encode("utf-8").decode("latin-1"),
        "QUERY_STRING": request.query,
        "SERVER_NAME": server,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": request.client,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": request.scheme,
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "scf.event": event,
        "scf.context": context,
    }
    for name, value in request.headers.items():
        name = name.upper().replace("-", "_")
        if name not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            name = "HTTP_" + name
        environ[name] = value
    return environ
