"""A worker's tasks, with OpenTelemetry's instrumentation of Celery or without; nothing that knows of kombu-edge."""

import json
import os

from celery import Celery

URL = os.environ["REDIS_URL"]
app = Celery("traced", broker=URL, backend=URL)
app.conf.update(broker_connection_retry_on_startup=True, task_default_queue=os.environ["QUEUE"])


@app.task(name="traced.first")
def first(*args):
    return "first"


@app.task(name="traced.seen", bind=True)
def seen(self, *args):
    """What the message says of its trace."""
    return [getattr(self.request, "traceparent", None), getattr(self.request, "tracestate", None)]


if os.environ.get("SPANS"):
    from opentelemetry import trace
    from opentelemetry.instrumentation.celery import CeleryInstrumentor
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult

    class Lines(SpanExporter):
        """Spans as lines of JSON."""

        def export(self, spans):
            with open(os.environ["SPANS"], "a", encoding="utf-8") as file:
                for span in spans:
                    line = {
                        "name": span.name,
                        "kind": span.kind.name,
                        "trace": format(span.context.trace_id, "032x"),
                        "span": format(span.context.span_id, "016x"),
                        "parent": span.parent and format(span.parent.span_id, "016x"),
                        "state": span.context.trace_state.to_header(),
                    }
                    file.write(json.dumps(line) + "\n")
            return SpanExportResult.SUCCESS

    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(Lines()))
    trace.set_tracer_provider(provider)
    CeleryInstrumentor().instrument()
