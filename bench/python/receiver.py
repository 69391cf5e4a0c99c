"""The usual receiver: an HTTP endpoint that sends a Celery task. `flask_app` under gunicorn, `fastapi_app` under uvicorn.

`/` takes any JSON; `/github` verifies GitHub's signature first.
"""

import hashlib
import hmac
import json
import os

from celery import Celery
from fastapi import FastAPI, Request, Response
from flask import Flask, abort, request
from starlette.concurrency import run_in_threadpool

BACKEND = os.environ.get("RESULT_BACKEND")
celery_app = Celery("bench", broker=os.environ["BROKER_URL"], backend=BACKEND)
celery_app.conf.task_ignore_result = BACKEND is None
celery_app.conf.broker_connection_retry_on_startup = True

SECRET = os.environ["GITHUB_WEBHOOK_SECRET"].encode()

flask_app = Flask(__name__)
fastapi_app = FastAPI()


def send(body):
    return celery_app.send_task("bench.task", args=[body], queue="bench-receiver").id


def is_signed(body, headers):
    expected = "sha256=" + hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, headers.get("x-hub-signature-256", ""))


def send_webhook(body, headers):
    event = {"type": headers["x-github-event"], "data": json.loads(body)}
    delivery = headers["x-github-delivery"]
    return celery_app.send_task(
        "webhooks.github", args=[event], task_id=delivery, queue="bench-receiver"
    ).id


@flask_app.post("/")
def receive():
    return {"task_id": send(request.get_json())}, 202


@flask_app.post("/github")
def receive_github():
    body = request.get_data()
    if not is_signed(body, request.headers):
        abort(401)
    return {"task_id": send_webhook(body, request.headers)}, 202


# send_task blocks; FastAPI's own advice is a thread.


@fastapi_app.post("/", status_code=202)
async def receive_async(incoming: Request):
    body = json.loads(await incoming.body())
    return {"task_id": await run_in_threadpool(send, body)}


@fastapi_app.post("/github", status_code=202)
async def receive_github_async(incoming: Request):
    body = await incoming.body()
    if not is_signed(body, incoming.headers):
        return Response(status_code=401)
    return {"task_id": await run_in_threadpool(send_webhook, body, incoming.headers)}
