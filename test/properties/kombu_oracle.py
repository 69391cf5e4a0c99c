"""What real Kombu does with a case: one JSON line `[operation, cases]` on stdin, the answers as one line on stdout.

The Redis named by the first argument is emptied between cases.
"""
import json
import re
import sys
import unicodedata
import warnings

import redis
from kombu import Connection, Producer
from kombu.transport.redis import Channel, PrefixedStrictRedis
from kombu.transport.virtual.exchange import TopicExchange

from terms import show, value

URL = sys.argv[1]
SEP = "\x06\x16"
ACCEPT = {"application/json", "application/x-yaml", "application/x-msgpack", "application/data", "text/plain"}

warnings.simplefilter("ignore")
store = redis.Redis.from_url(URL)
channels = {}


def channel_with(**options):
    key = json.dumps(options, sort_keys=True)
    if key not in channels:
        channels[key] = Connection(URL, transport_options=options).channel()
    return channels[key]


def error_of(error):
    return {"error": type(error).__name__}


# Routing

def pattern(binding_key):
    """What Kombu stores for a topic binding key, and whether Python can compile it."""
    stored = TopicExchange(None).key_to_pattern(binding_key)
    return {"pattern": stored, "compiles": compiles(stored), "unknown": unknown(binding_key)}


def unknown(text):
    """Characters that this Python's Unicode does not have yet, and that it therefore takes for no letters."""
    return [character for character in text if unicodedata.category(character) == "Cn"]


def compiles(stored):
    try:
        re.compile(stored)
        return True
    except re.error:
        return False


def bind(case):
    """The members that Kombu writes for a binding, into a real Redis."""
    channel = channel_with(sep=case["sep"], global_keyprefix=case["prefix"])
    store.flushdb()
    channel.exchange_declare(case["exchange"], case["type"])
    try:
        channel.queue_bind(case["queue"], case["exchange"], case["routing_key"])
        members = {key.decode(): [member.decode() for member in store.smembers(key)] for key in store.keys()}
        return {"members": members, "unknown": unknown(case["routing_key"])}
    except Exception as error:
        return error_of(error)
    finally:
        channel.state.clear()


def deliver(case):
    """The queues that Kombu delivers each routing key to, by exchange type; or the error that it fails with."""
    channel = channel_with(sep=case["sep"])
    store.flushdb()
    if case["members"]:
        store.sadd("_kombu.binding.x", *case["members"])
    rows = [member.split(case["sep"]) for member in case["members"]]
    shaped = [row for row in rows if len(row) == 3]
    sound = [row for row in shaped if compiles(row[1])]
    tables = {
        "as_stored": None,
        "direct": shaped,
        "topic": sound,
        "patterned": [row for row in sound if row[1]],
        "plain": [row for row in shaped if not row[1]],
    }
    try:
        return [
            {
                "kombu_direct": delivered(channel, "direct", key, tables["as_stored"]),
                "kombu_topic": delivered(channel, "topic", key, tables["as_stored"]),
                "direct": delivered(channel, "direct", key, tables["direct"]),
                "topic": delivered(channel, "topic", key, tables["topic"]),
                "patterned": delivered(channel, "topic", key, tables["patterned"]),
                "plain": delivered(channel, "direct", key, tables["plain"]),
            }
            for key in case["keys"]
        ]
    finally:
        channel.state.clear()


def delivered(channel, type, routing_key, table):
    queues = []
    channel.state.clear()
    channel.exchange_declare("x", type)
    channel._put = lambda queue, message, **kwargs: queues.append(queue)
    if table is not None:
        channel.get_table = lambda exchange: [tuple(row) for row in table]
    try:
        channel.typeof("x").deliver({}, "x", routing_key)
        return sorted(queues)
    except Exception as error:
        return error_of(error)
    finally:
        del channel._put
        channel.__dict__.pop("get_table", None)


def names(case):
    """The list, the binding set and the fanout channel that Kombu uses, without talking to Redis."""
    channel = Channel.__new__(Channel)
    channel.sep = case["sep"]
    channel.priority_steps = case["steps"]
    channel.fanout_patterns = case["fanout_patterns"]
    channel.keyprefix_fanout = channel_prefix(case)
    prefixed = PrefixedStrictRedis.__new__(PrefixedStrictRedis)
    prefixed.global_keyprefix = case["prefix"]
    first = lambda command, name: prefixed._prefix_args([command, name])[1]
    try:
        priority = channel._get_message_priority({"properties": {"priority": value(case["priority"])}}, reverse=False)
        return {
            "list": first("LPUSH", channel._q_for_pri(case["queue"], priority)),
            "bindings": first("SMEMBERS", channel.keyprefix_queue % case["exchange"]),
            "fanout": first("PUBLISH", channel._get_publish_topic(case["exchange"], case["routing_key"])),
        }
    except Exception as error:
        return error_of(error)


def channel_prefix(case):
    # As Channel.__init__ chooses it.
    if case["fanout_prefix"]:
        template = case["fanout_prefix"] if isinstance(case["fanout_prefix"], str) else Channel.keyprefix_fanout
        return template.format(db=case["db"])
    return ""


# Envelope

def publish(case):
    """Kombu's own message, and what Kombu's consumer makes of it and of ours."""
    store.flushdb()
    channel = channel_with(body_encoding=case["body_encoding"])
    answer = {"ours": [received(channel, text) for text in case["ours"]]}
    try:
        arguments = {name: value(term) for name, term in case["arguments"]}
        Producer(channel).publish(value(case["body"]), **arguments)
    except Exception as error:
        return {**answer, **error_of(error)}
    keys = store.keys()
    text = store.lindex(keys[0], 0).decode()
    return {**answer, "list": keys[0].decode(), "text": text, "theirs": received(channel, text)}


def received(channel, text):
    store.flushdb()
    try:
        store.lpush("q", text)
        message = channel.basic_get("q", no_ack=True)
        message.accept = ACCEPT
        properties = {
            name: given for name, given in message.properties.items() if name not in ("delivery_info", "delivery_tag")
        }
        return {
            "body": show(decoded(message)),
            "headers": show(message.headers),
            "properties": show(dict(sorted(properties.items()))),
            "delivery_info": show(dict(sorted(message.delivery_info.items()))),
            "content_type": message.content_type,
            "content_encoding": message.content_encoding,
        }
    except Exception as error:
        return error_of(error)
    finally:
        store.flushdb()


def decoded(message):
    if message.errors:
        return message.errors[0][0]
    try:
        return message.decode()
    except Exception as error:
        return type(error)


OPERATIONS = {function.__name__: function for function in (pattern, bind, deliver, names, publish)}

for line in sys.stdin:
    operation, cases = json.loads(line)
    try:
        answers = [OPERATIONS[operation](case) for case in cases]
    except Exception as error:  # a fault of this script
        answers = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answers), flush=True)
