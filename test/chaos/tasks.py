"""A real Celery worker whose tasks leave a line each, `[queue, id, redelivered]`; it begins at the first line on its input."""
import json
import os
import sys

from celery import Celery

# Celery greets on the standard output: lines of ours go where it pointed before.
LINES = os.dup(1)
os.dup2(2, 1)

app = Celery("chaos", broker=os.environ["REDIS_URL"])
app.conf.update(
    broker_connection_retry_on_startup=True,
    worker_prefetch_multiplier=64,
    task_ignore_result=True,
    broker_transport_options={"polling_interval": 0.1},
)


def keep(task, mark):
    redelivered = bool(task.request.delivery_info.get("redelivered"))
    os.write(LINES, (json.dumps(["celery", mark, redelivered]) + "\n").encode())


@app.task(name="chaos.count", bind=True)
def count(self, mark):
    keep(self, mark)


@app.task(name="webhooks.github", bind=True)
def hook(self, event):
    keep(self, event["id"])


@app.task(name="events.view", bind=True)
def view(self, event):
    keep(self, event["id"])


if __name__ == "__main__":
    os.write(LINES, b'"ready"\n')
    sys.stdin.readline()
    app.worker_main(
        ["worker", "-P", "solo", "-l", "ERROR", "-n", "chaos@test"]
        + ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    )
