"""A Kombu consumer of several queues: acknowledges each message and writes `[queue, id, redelivered]`, a line each.

It begins at the first line on its standard input. At the second, or when the input is closed, it goes on until nothing is left.
"""
import json
import re
import socket
import sys
import threading

from kombu import Connection, Consumer, Queue

url, *names = sys.argv[1:]
ID = re.compile(r"pub-\d+")
ending = threading.Event()


def wait_for_the_end():
    sys.stdin.readline()
    ending.set()


def keep(queue):
    def callback(body, message):
        text = body if isinstance(body, str) else json.dumps(body, default=repr)
        redelivered = bool(message.delivery_info.get("redelivered"))
        sys.stdout.write(json.dumps([queue, ID.search(text).group(), redelivered]) + "\n")
        message.ack()

    return callback


print(json.dumps("ready"), flush=True)
sys.stdin.readline()
threading.Thread(target=wait_for_the_end, daemon=True).start()
with Connection(url, transport_options={"polling_interval": 0.1}) as connection:
    channel = connection.channel()
    for name in names:
        consumer = Consumer(channel, [Queue(name)], callbacks=[keep(name)], prefetch_count=500)
        consumer.consume()
    while True:
        try:
            connection.drain_events(timeout=1)
        except socket.timeout:
            if ending.is_set():
                break
sys.stdout.flush()
