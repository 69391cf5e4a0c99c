"""Publishes with Kombu or Celery as an application does, so many times for each line on standard input.

A line is `JOB COUNT`; the answer is the seconds that it took. A job is `kombu` or `celery`.
"""

import json
import sys
import time

from celery import Celery
from kombu import Connection, Exchange, Producer

url, body_text = sys.argv[1:3]
body = json.loads(body_text)
connection = Connection(url)
producer = Producer(connection.channel(), exchange=Exchange(""), auto_declare=False)
# Declared, or Kombu takes it for a direct exchange.
topic = Producer(connection.channel(), exchange=Exchange("webhooks", type="topic"))
app = Celery(broker=url)
app.conf.task_ignore_result = True


def kombu(count):
    for _ in range(count):
        producer.publish(body, routing_key="bench-kombu", serializer="json")


def kombu_topic(count):
    for _ in range(count):
        topic.publish(body, routing_key="order.paid", serializer="json")


def celery(count):
    for _ in range(count):
        app.send_task("bench.task", args=[body], queue="bench-celery")


JOBS = {"kombu": kombu, "kombu-topic": kombu_topic, "celery": celery}
print("ready", flush=True)
for line in sys.stdin:
    job, count = line.split()
    start = time.perf_counter()
    JOBS[job](int(count))
    print(time.perf_counter() - start, flush=True)
