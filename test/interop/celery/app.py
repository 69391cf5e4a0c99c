"""The workers' side of the interop tests: ordinary Celery tasks, and nothing that knows of kombu-edge."""
import json
import os
import time

import redis
from celery import Celery

URL = os.environ["REDIS_URL"]
store = redis.Redis.from_url(URL)

app = Celery("tasks", broker=URL, backend=URL)
app.conf.update(
    broker_connection_retry_on_startup=True,
    worker_prefetch_multiplier=4,
    task_track_started=os.environ.get("TRACK") == "1",
    accept_content=["json", "yaml", "msgpack"],
    broker_transport_options={"global_keyprefix": os.environ.get("KEYPREFIX", "")},
    result_extended=os.environ.get("TRACK") == "1",
)

if os.environ.get("SIGNED"):
    keys = os.environ["SIGNED"]
    app.conf.update(
        task_serializer="auth",
        accept_content=["auth"],
        result_serializer="json",
        event_serializer="json",
        result_accept_content=["json"],
        security_key=f"{keys}/worker.key",
        security_certificate=f"{keys}/worker.crt",
        security_cert_store=f"{keys}/*.crt",
    )
    app.setup_security()


def task(name, **options):
    return app.task(name=f"tasks.{name}", **options)


def mark(key, value):
    """Leaves a trace that the tests read from Redis."""
    store.rpush(f"mark:{key}", json.dumps(value, default=repr))


@task("add")
def add(x, y):
    return x + y


@task("mul")
def mul(x, y):
    return x * y


@task("xsum")
def xsum(values):
    return sum(values)


@task("echo")
def echo(*args, **kwargs):
    return {"args": args, "kwargs": kwargs}


@task("types")
def types(*args):
    return [type(arg).__name__ for arg in args]


@task("boom")
def boom(*args):
    raise ValueError("boom", 42)


@task("mark")
def mark_task(key, *args):
    mark(key, list(args))
    return list(args)


@task("slow")
def slow(key, seconds):
    mark(key, "begin")
    time.sleep(seconds)
    mark(key, "end")
    return "done"


@task("now")
def now():
    return time.time()


@task("onerr")
def onerr(request, exc, traceback):
    mark(f"error:{request.id}", [request.id, repr(exc)])


@task("onerr_bound", bind=True)
def onerr_bound(self, failed):
    mark(f"error:{failed}", [failed, self.request.parent_id])


@task("progress", bind=True)
def progress(self, steps):
    for step in range(steps):
        self.update_state(state="PROGRESS", meta={"done": step + 1, "of": steps})
        time.sleep(0.25)
    return "finished"


@task("ignored", ignore_result=True)
def ignored(key):
    mark(key, "ran")
    return "unseen"


@task("request", bind=True)
def request(self, *args, **kwargs):
    """What the task can see of its own message."""
    fields = (
        "id task args kwargs root_id parent_id group group_index retries eta expires timelimit headers delivery_info "
        "reply_to correlation_id origin shadow argsrepr kwargsrepr ignore_result stamped_headers stamps callbacks "
        "errbacks chain chord lang is_eager replaced_task_nesting"
    ).split()
    seen = {name: getattr(self.request, name, None) for name in fields}
    seen["custom"] = {name: getattr(self.request, name) for name in ("x-tenant", "n") if hasattr(self.request, name)}
    return json.loads(json.dumps(seen, default=repr))
