"""An ordinary Celery task that receives webhooks and events, and nothing that knows of kombu-edge."""
import json

from app import app, store


def receive(task, event):
    """Leaves a trace that the tests read from Redis."""
    seen = {"task": task.name, "id": task.request.id, "event": event, "repr": task.request.argsrepr}
    store.rpush(f"ran:{event['source']}:{event['id']}", json.dumps(seen))


for name in ("github", "stripe", "slack", "standard", "twilio", "sns"):
    app.task(name=f"webhooks.{name}", bind=True)(receive)
for name in ("click", "plain"):
    app.task(name=f"events.{name}", bind=True)(receive)
