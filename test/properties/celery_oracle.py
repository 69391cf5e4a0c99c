"""What real Celery sends for a case: one JSON line `[operation, cases]` on stdin, the answers as one line on stdout.

The Redis named by the first argument is emptied between cases.
"""
import base64
import datetime
import json
import sys
import warnings

import redis
from celery import Celery, chain, chord, group, signature
from celery.utils.saferepr import saferepr
from kombu.serialization import loads

from terms import show, value

warnings.simplefilter("ignore")
store = redis.Redis.from_url(sys.argv[1])
app = Celery("tasks", broker=sys.argv[1], backend=sys.argv[1])
app.set_current()


def send(case):
    """The messages of one call of a task."""
    store.flushdb()
    now = datetime.datetime.fromtimestamp(case["now"] / 1000, datetime.timezone.utc)
    app.now = lambda: now
    try:
        arguments = {name: value(term) for name, term in case["arguments"]}
        app.send_task(case["name"], tuple(value(case["args"])), value(case["kwargs"]), **arguments)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
    ours = [seen(text) for text in case["ours"]]
    return {"messages": messages(), "ours": ours, "theirs": [seen(text) for text in messages()]}


def canvas(case):
    """The messages that a canvas begins with, and the sizes of its chords."""
    store.flushdb()
    try:
        made(case["canvas"]).apply_async()
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
    sizes = sorted(int(store.get(key)) for key in store.scan_iter("*.s"))
    return {"messages": messages(), "sizes": sizes}


def messages():
    lists = ["celery"] + [f"celery\x06\x16{step}" for step in (3, 6, 9)]
    # The first pushed is the last in its list.
    return [text.decode() for name in lists for text in reversed(store.lrange(name, 0, -1))]


def made(shape):
    kind = shape["kind"]
    if kind == "task":
        made_signature = signature(shape["name"], args=tuple(shape["args"]), immutable=shape["immutable"], app=app)
        if shape.get("link"):
            made_signature.link(made(shape["link"]))
        if shape.get("linkError"):
            made_signature.link_error(made(shape["linkError"]))
        return made_signature
    members = [made(member) for member in shape["members"]]
    if kind == "chain":
        return chain(*members, app=app)
    if kind == "group":
        return group(*members, app=app)
    return chord(members, made(shape["body"]), app=app)


def seen(text):
    """What a worker reads from the body, with types."""
    try:
        message = json.loads(text)
        type, encoding = message["content-type"], message["content-encoding"]
        return show(loads(base64.b64decode(message["body"]), type, encoding, accept={type}))
    except Exception as error:
        return f"{error.__class__.__name__}"


def reprs(case):
    return [saferepr(tuple(value(case["args"])), 1024), saferepr(value(case["kwargs"]), 1024)]


OPERATIONS = {function.__name__: function for function in (send, canvas, reprs)}

for line in sys.stdin:
    operation, cases = json.loads(line)
    try:
        answers = [OPERATIONS[operation](case) for case in cases]
    except Exception as error:  # a fault of this script
        answers = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answers), flush=True)
