"""An ASGI app as a function: what FastAPI and Starlette make is such an app, too."""

import json

import krait.asgi


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        # Once for each instance, before its first event.
        scope["state"]["greeting"] = "Hello"
        await send({"type": "lifespan.startup.complete"})
        return
    request = await receive()
    name = json.loads(request["body"] or b"{}").get("name", "you")
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for part in (scope["state"]["greeting"], ", ", name, "\n"):
        await send({"type": "http.response.body", "body": part.encode(), "more_body": True})
    await send({"type": "http.response.body", "body": f"at {scope['path']}\n".encode()})


# With Starlette: app = starlette.applications.Starlette(routes=...)
main_handler = krait.asgi.handler(app)
