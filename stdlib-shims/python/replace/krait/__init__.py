"""krait: what a function can import from krait itself.

    krait.wsgi    answers HTTP events by an app of Flask, Django, Bottle, ...
    krait.asgi    answers HTTP events by an app of FastAPI, Starlette, ...

It is Python alone, for Python 3.6 and newer: for the platform, put this folder into the code.
"""
