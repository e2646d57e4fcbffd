"""krait: HTTP events, answered by an ASGI app.

    import krait.asgi
    from app import app

    main_handler = krait.asgi.handler(app)
"""

import asyncio
import logging
from urllib.parse import quote

from ._http import Request, answer


def handler(app, lifespan="auto", root_path=""):
    """A handler that answers by `app`. `root_path` is what the app is below, for the links that it
    makes. `lifespan` is "auto", "on" or "off": whether the app is told of its start, which is with
    the instance's first event, and whether it has to know of that. It is told of no end: an
    instance gets no word of it."""
    if lifespan not in ("auto", "on", "off"):
        raise ValueError("lifespan is auto, on or off")
    instance = _Instance(app, lifespan, root_path.rstrip("/"))

    def main_handler(event, context):
        return instance.respond(event, context)

    return main_handler


class _Instance:
    """An app with the event loop that all of its events share."""

    def __init__(self, app, lifespan, root_path):
        self.app = app
        self.lifespan = lifespan
        self.root_path = root_path
        self.loop = None
        self.state = {}

    def respond(self, event, context):
        request = Request(event)
        if self.loop is None:
            loop = asyncio.new_event_loop()
            asyncio.set_event_loop(loop)
            if self.lifespan != "off":
                loop.run_until_complete(self._start())
            self.loop = loop
        return self.loop.run_until_complete(self._respond(request, event, context))

    async def _start(self):
        """Tells the app of the start, and waits until it has started."""
        started = asyncio.get_event_loop().create_future()
        told = False

        async def receive():
            nonlocal told
            if told:
                # The end, of which nobody is told.
                await asyncio.get_event_loop().create_future()
            told = True
            return {"type": "lifespan.startup"}

        async def send(message):
            if started.done():
                return
            if message["type"] == "lifespan.startup.complete":
                started.set_result(True)
            elif message["type"] == "lifespan.startup.failed":
                started.set_exception(RuntimeError(message.get("message") or "the app did not start"))

        async def run():
            scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": self.state}
            try:
                await self.app(scope, receive, send)
            except Exception as error:
                # An app that knows no lifespan raises.
                if not started.done():
                    started.set_exception(error) if self.lifespan == "on" else started.set_result(False)
            if not started.done():
                started.set_result(False)

        # It is kept, since a loop holds its tasks weakly; and it never ends.
        self.task = asyncio.ensure_future(run())
        self.task._log_destroy_pending = False
        await started

    async def _respond(self, request, event, context):
        status, headers, parts = None, [], []
        received = False
        over = asyncio.Event()

        async def receive():
            nonlocal received
            if not received:
                received = True
                return {"type": "http.request", "body": request.body, "more_body": False}
            await over.wait()
            return {"type": "http.disconnect"}

        async def send(message):
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message.get("headers", ())
            elif message["type"] == "http.response.body":
                # What is streamed is collected: an answer is one value.
                parts.append(bytes(message.get("body", b"")))
                if not message.get("more_body", False):
                    over.set()

        try:
            await self.app(self._scope(request, event, context), receive, send)
        except Exception:
            # Frameworks raise again what they answered with a 500.
            if not over.is_set():
                raise
            logging.getLogger("krait.asgi").exception("the app raised after its answer")
        if status is None:
            raise RuntimeError("the app sent no answer")
        pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]
        return answer(status, pairs, b"".join(parts))

    def _scope(self, request, event, context):
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": request.scheme,
            "path": request.path,
            "raw_path": quote(request.path, safe="/:@!$&'()*+,;=~").encode("ascii"),
            "query_string": request.query.encode("latin-1"),
            "root_path": self.root_path,
            "headers": [(name.encode("latin-1"), value.encode("utf-8")) for name, value in request.headers.items()],
            "client": (request.client, 0),
            "server": request.server,
            "state": dict(self.state),
            "scf.event": event,
            "scf.context": context,
        }
