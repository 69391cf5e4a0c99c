"""A Kombu that a test drives: one JSON request per line on stdin, one JSON answer per line on stdout.

Bodies, headers and properties are answered as Python's own `repr`, so that the test sees types as well as values.
"""
import hashlib
import json
import socket
import sys
import time

import kombu
from kombu import Connection, Consumer, Exchange, Producer, Queue

LONGEST_REPR = 20_000

connections = {}
inboxes = {}
unsettled = {}


def connect(name, url, options):
    # Kombu waits this many seconds in each BRPOP, and on closing for the one under way: its own second is long for a test.
    connections[name] = Connection(url, transport_options={"polling_interval": 0.05, **options})
    inboxes[name] = []
    connections[name].connect()


def declare(name, queues):
    channel = connections[name].channel()
    for spec in queues:
        make_queue(spec)(channel).declare()
    channel.close()


def consume(name, queues, accept=None, prefetch=0):
    channel = connections[name].channel()
    consumer = Consumer(
        channel,
        queues=[make_queue(spec) for spec in queues],
        accept=accept,
        callbacks=[lambda body, message: keep(name, body, message)],
        on_decode_error=lambda message, error: refuse(name, message, error),
    )
    if prefetch:
        consumer.qos(prefetch_count=prefetch)
    consumer.consume()
    # A fanout queue is subscribed when the connection is first waited on.
    drain(name, lambda: False, 0.05)


def receive(name, count, timeout=10):
    inbox = inboxes[name]
    drain(name, lambda: len(inbox) >= count, timeout)
    taken, inbox[:] = inbox[:], []
    return taken


def settle(tag, action):
    getattr(unsettled.pop(tag), action)()


def route(name, exchange, type, keys):
    channel = connections[name].channel()
    Exchange(exchange, type)(channel).declare()
    found = {key: sorted(channel._lookup(exchange, key)) for key in keys}
    channel.close()
    return found


def publish(name, body, exchange="", type="direct", routing_key="", **properties):
    channel = connections[name].channel()
    Producer(channel, exchange=Exchange(exchange, type)).publish(body, routing_key=routing_key, **properties)
    channel.close()


def close(name):
    connections.pop(name).close()


def close_all():
    for name in list(connections):
        close(name)
    unsettled.clear()


def make_queue(spec):
    exchange = make_exchange(spec) if "exchange" in spec else Exchange("")
    return Queue(spec["name"], exchange, routing_key=spec.get("routing_key", ""))


def make_exchange(spec):
    return Exchange(spec["exchange"], spec.get("type", "direct"))


def drain(name, done, timeout):
    deadline = time.monotonic() + timeout
    while not done() and time.monotonic() < deadline:
        try:
            connections[name].drain_events(timeout=0.05)
        except socket.timeout:
            pass


def keep(name, body, message):
    unsettled[message.delivery_tag] = message
    properties = {
        key: repr(value)
        for key, value in message.properties.items()
        if key not in ("delivery_info", "delivery_tag")
    }
    inboxes[name].append({
        "body": show(body),
        "content_type": message.content_type,
        "content_encoding": message.content_encoding,
        "headers": repr(message.headers),
        "properties": properties,
        "delivery_info": message.delivery_info,
        "tag": message.delivery_tag,
    })


def refuse(name, message, error):
    message.reject()
    inboxes[name].append({"decode_error": f"{type(error).__name__}: {error}"})


def show(body):
    text = repr(body)
    if len(text) <= LONGEST_REPR:
        return text
    data = body if isinstance(body, bytes) else text.encode()
    return f"{type(body).__name__} {len(body)} sha256:{hashlib.sha256(data).hexdigest()}"


OPERATIONS = {
    function.__name__: function
    for function in (connect, declare, consume, receive, settle, route, publish, close, close_all)
}

print(json.dumps({"result": kombu.__version__}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"result": OPERATIONS[request.pop("operation")](**request)}
    except Exception as error:  # the test decides what an error means
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
