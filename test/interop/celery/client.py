"""Celery's own producer and event receiver, driven line by line: JSON commands in, JSON answers and events out."""
import json
import sys
import threading

from celery.result import GroupResult
from celery.utils.saferepr import saferepr

from app import app

lock = threading.Lock()


def say(value):
    with lock:
        sys.stdout.write(json.dumps(value, default=repr) + "\n")
        sys.stdout.flush()


def receive():
    with app.connection_for_read() as connection:
        receiver = app.events.Receiver(connection, handlers={"*": lambda event: say({"event": event})})
        threading.Timer(0.3, lambda: say({"ready": True})).start()
        receiver.capture(limit=None, timeout=None, wakeup=False)


def send(name, options):
    app.conf.task_send_sent_event = True
    return app.send_task(name, **options).id


def restore(group):
    found = GroupResult.restore(group, app=app)
    return found and [result.get(timeout=5) for result in found.results]


def reprs(cases):
    return [[saferepr(tuple(args), 1024), saferepr(kwargs, 1024)] for args, kwargs in cases]


def value(task_id):
    return app.AsyncResult(task_id).get(timeout=5, propagate=False)


COMMANDS = {"send": send, "restore": restore, "reprs": reprs, "value": value}

threading.Thread(target=receive, daemon=True).start()
for line in sys.stdin:
    command, *args = json.loads(line)
    try:
        say({"answer": COMMANDS[command](*args)})
    except Exception as error:
        say({"error": repr(error)})
