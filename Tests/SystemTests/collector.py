# SPDX-License-Identifier: Apache-2.0
"""An OpenTelemetry collector for tests: takes OTLP over HTTP, and reads it with the format's own definitions."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse

KINDS = {
    "/v1/traces": ("traces", ExportTraceServiceRequest, ExportTraceServiceResponse),
    "/v1/metrics": ("metrics", ExportMetricsServiceRequest, ExportMetricsServiceResponse),
    "/v1/logs": ("logs", ExportLogsServiceRequest, ExportLogsServiceResponse),
}


class Collector:
    """What came lies in `traces`, `metrics` and `logs`, message by message. `answers` says with what to answer: one entry a
    request, `(status, headers)`; 200 when it is empty. A `gate` that is cleared keeps all answers back."""

    def __init__(self, port=0):
        self.traces, self.metrics, self.logs = [], [], []
        self.requests, self.bytes, self.unknown_fields = [], 0, []
        self.answers = []
        self.gate = threading.Event()
        self.gate.set()
        self._lock = threading.Lock()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                collector.gate.wait(60)
                status, headers, answer = collector._take(self.path, dict(self.headers), body)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            allow_reuse_address = True
            daemon_threads = True

        self._server = Server(("127.0.0.1", port), Handler)
        self.port = self._server.server_port
        self.endpoint = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _take(self, path, headers, body):
        kind, message, answer = KINDS[path]
        with self._lock:
            self.requests.append((path, {name.lower(): value for name, value in headers.items()}))
            status, more = self.answers.pop(0) if self.answers else (200, {})
            if status == 200:
                parsed = message.FromString(body)
                # What the definitions do not know would not be in what they write again.
                if len(parsed.SerializeToString()) != len(body):
                    self.unknown_fields.append(path)
                getattr(self, kind).append(parsed)
                self.bytes += len(body)
        return status, more, answer().SerializeToString() if status == 200 else b""

    def spans(self):
        with self._lock:
            return [span for request in self.traces for resource in request.resource_spans
                    for scope in resource.scope_spans for span in scope.spans]

    def log_records(self):
        with self._lock:
            return [record for request in self.logs for resource in request.resource_logs
                    for scope in resource.scope_logs for record in scope.log_records]

    def latest_metrics(self):
        """The metrics of the latest request, by name."""
        with self._lock:
            if not self.metrics:
                return {}
            return {metric.name: metric for resource in self.metrics[-1].resource_metrics
                    for scope in resource.scope_metrics for metric in scope.metrics}

    def close(self):
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()


def attributes(thing):
    """As a dictionary."""
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in thing.attributes}
