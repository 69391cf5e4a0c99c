"""The usual receiver: an HTTP endpoint that sends a Celery task. `flask_app` under gunicorn, `fastapi_app` under uvicorn."""

import json
import os

from celery import Celery
from fastapi import FastAPI, Request
from flask import Flask, request

celery_app = Celery("bench", broker=os.environ["BROKER_URL"])
celery_app.conf.task_ignore_result = True
celery_app.conf.broker_connection_retry_on_startup = True

flask_app = Flask(__name__)
fastapi_app = FastAPI()


def send(body):
    return celery_app.send_task("bench.task", args=[body], queue="bench-receiver").id


@flask_app.post("/")
def receive():
    return {"task_id": send(request.get_json())}, 202


@fastapi_app.post("/", status_code=202)
async def receive_async(incoming: Request):
    # send_task blocks; FastAPI's own advice is a thread.
    from starlette.concurrency import run_in_threadpool

    return {"task_id": await run_in_threadpool(send, json.loads(await incoming.body()))}
