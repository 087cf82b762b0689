# SPDX-License-Identifier: Apache-2.0
"""Spans, metrics and log records at an OpenTelemetry collector, and one that is down, slow or picky."""

import time

import pytest

from collector import Collector, attributes
from rpc_client import chat
from routed import until
from scripted_provider import ScriptedProvider, fails, ok

SECRET = "sk-a-secret-that-no-collector-sees"


@pytest.fixture
def collector():
    made = Collector()
    yield made
    made.close()


@pytest.fixture
def scripted():
    running = []

    def make(*script, **more):
        running.append(ScriptedProvider(*script, **more))
        return running[-1]

    yield make
    for each in running:
        each.close()


@pytest.fixture
def exporting(make_daemon):
    """A daemon that exports to a collector, often."""

    def make(endpoint, **more):
        return make_daemon(config={"otlp": {"endpoint": endpoint, "interval_ms": 100, **more}})

    return make


def key_at(admin, provider, name="k"):
    admin.call("virtual_keys.create", {
        "name": name, "provider": "openai", "secret": {"api_key": SECRET}, "base_url": f"{provider.origin}/v1"})
    return name


def says(text="hi", **options):
    return chat(text, model="gpt-4o", provider=None, options=options)


def figures(admin):
    """The scrape's lines, by name and labels."""
    text = admin.call("metrics.scrape")["text"]
    return dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))


def test_a_call_comes_as_spans_a_log_record_and_metrics(exporting, connect, collector, scripted):
    daemon = exporting(collector.endpoint, headers={"x-tenant": "blue"})
    client, admin = connect(daemon), connect(daemon, admin=True)
    provider = scripted(then=ok("an answer that stays here"))
    key = key_at(admin, provider)
    parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-53995c3f42cd8ad8-01"
    result = client.call("chat.completions.create", says(
        "a question that stays here", virtual_key=key, traceparent=parent, span_name="draft", metadata={"team": "blue"}))
    assert result["gateway"]["trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736"
    until(lambda: collector.spans() and collector.log_records() and "wicket.requests" in collector.latest_metrics())

    server, call = collector.spans()
    assert {span.trace_id.hex() for span in (server, call)} == {"4bf92f3577b34da6a3ce929d0e0e4736"}
    assert (server.name, server.kind, server.parent_span_id.hex()) == ("draft", 2, "53995c3f42cd8ad8")
    assert server.span_id.hex() == result["gateway"]["span_id"]
    assert (call.name, call.kind, call.parent_span_id) == ("chat gpt-4o", 3, server.span_id)
    assert server.start_time_unix_nano <= call.start_time_unix_nano < call.end_time_unix_nano <= server.end_time_unix_nano
    said = attributes(call)
    assert said["gen_ai.operation.name"] == "chat" and said["gen_ai.provider.name"] == "openai"
    assert said["gen_ai.request.model"] == "gpt-4o" and said["gen_ai.response.model"] == result["response"]["model"]
    used = result["response"]["usage"]["prompt_tokens"], result["response"]["usage"]["completion_tokens"]
    assert (said["gen_ai.usage.input_tokens"], said["gen_ai.usage.output_tokens"]) == used
    assert (said["server.address"], said["server.port"]) == ("127.0.0.1", int(provider.origin.rsplit(":", 1)[1]))
    assert attributes(server)["wicket.metadata.team"] == "blue"
    assert attributes(server)["server.address"] == str(daemon.use_socket)

    # The provider heard of the trace, with the try's own span.
    assert provider.exchanges[0].headers["traceparent"] == f"00-{call.trace_id.hex()}-{call.span_id.hex()}-01"

    record, = collector.log_records()
    assert record.event_name == "gen_ai.client.inference.operation.details"
    assert (record.trace_id, record.span_id, record.severity_text) == (server.trace_id, server.span_id, "INFO")
    assert attributes(record)["gen_ai.usage.input_tokens"] == used[0]

    metrics = collector.latest_metrics()
    requests, = metrics["wicket.requests"].sum.data_points
    assert requests.as_int == 1 and metrics["wicket.requests"].sum.is_monotonic
    duration, = metrics["gen_ai.client.operation.duration"].histogram.data_points
    assert duration.count == 1 and list(duration.explicit_bounds) == [0.01 * 2 ** n for n in range(14)]
    tokens = {attributes(point)["gen_ai.token.type"]: point for point in metrics["gen_ai.client.token.usage"].histogram.data_points}
    assert (tokens["input"].sum, tokens["output"].sum) == used

    resource = collector.traces[0].resource_spans[0]
    assert attributes(resource.resource)["service.name"] == "wicket" and attributes(resource.resource)["process.pid"] == daemon.pid
    assert {headers["x-tenant"] for _, headers in collector.requests} == {"blue"}
    assert {headers["content-type"] for _, headers in collector.requests} == {"application/x-protobuf"}
    assert collector.unknown_fields == []
    everything = b"".join(message.SerializeToString() for message in collector.traces + collector.metrics + collector.logs)
    assert b"stays here" not in everything and SECRET.encode() not in everything


def test_each_try_is_a_span_with_its_end(exporting, connect, collector, scripted):
    daemon = exporting(collector.endpoint, signals=["traces"])
    client, admin = connect(daemon), connect(daemon, admin=True)
    bad, good = scripted(then=fails(500)), scripted(then=ok())
    keys = [key_at(admin, bad, "bad"), key_at(admin, good, "good")]
    config = {"strategy": {"mode": "fallback"}, "targets": [{"virtual_key": key} for key in keys]}
    result = client.call("chat.completions.create", says(config=config))
    until(collector.spans)
    server, first, second = collector.spans()
    assert [(span.status.code, attributes(span).get("error.type")) for span in (server, first, second)] == [
        (0, None), (2, "upstream_error"), (0, None)]
    assert [attributes(span)["wicket.virtual_key"] for span in (first, second)] == keys
    assert attributes(first)["http.response.status_code"] == 500
    assert first.end_time_unix_nano <= second.start_time_unix_nano
    # Without a traceparent the provider hears of no trace.
    assert all("traceparent" not in exchange.headers for exchange in bad.exchanges + good.exchanges)
    # The journal tells the same tree.
    tree, = admin.call("traces.get", {"trace_id": result["gateway"]["trace_id"]})["spans"]
    assert [child["span_id"] for child in tree["children"]] == [span.span_id.hex() for span in (first, second)]
    assert not collector.logs and not collector.metrics


def test_a_trace_that_is_not_sampled_is_not_exported(exporting, connect, collector, scripted):
    daemon = exporting(collector.endpoint)
    client, admin = connect(daemon), connect(daemon, admin=True)
    provider = scripted(then=ok())
    key = key_at(admin, provider)
    client.call("chat.completions.create", says(
        virtual_key=key, traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-53995c3f42cd8ad8-00"))
    client.call("chat.completions.create", says(virtual_key=key))
    until(lambda: len(collector.log_records()) == 2 and len(collector.spans()) == 2)
    assert all(span.trace_id.hex() != "4bf92f3577b34da6a3ce929d0e0e4736" for span in collector.spans())
    assert provider.exchanges[0].headers["traceparent"].endswith("-00")


def test_a_collector_that_is_away_costs_requests_nothing_and_gets_them_later(exporting, connect, scripted):
    away = Collector()
    away.close()
    daemon = exporting(away.endpoint)
    client, admin = connect(daemon), connect(daemon, admin=True)
    key = key_at(admin, scripted(then=ok()))
    for _ in range(20):
        client.call("chat.completions.create", says(virtual_key=key))
    until(lambda: float(figures(admin)['wicket_export_failed_requests_total{signal="traces"}']) > 0)
    back = Collector(away.port)
    try:
        until(lambda: len(back.spans()) == 40 and len(back.log_records()) == 20)
    finally:
        back.close()
    assert float(figures(admin)['wicket_export_dropped_total{signal="traces"}']) == 0
    assert daemon.log.count("Telemetry is not exported") == 3  # once a signal, not once a try


def test_a_slow_collector_bounds_the_queue_and_what_is_dropped_is_counted(exporting, connect, collector, scripted):
    daemon = exporting(collector.endpoint, queue=10)
    client, admin = connect(daemon), connect(daemon, admin=True)
    key = key_at(admin, scripted(then=ok()))
    collector.gate.clear()
    for _ in range(60):
        client.call("chat.completions.create", says(virtual_key=key))
    before = figures(admin)
    assert float(before['wicket_export_queued{signal="traces"}']) == 10
    assert float(before['wicket_export_dropped_total{signal="traces"}']) == 50
    collector.gate.set()
    until(lambda: len(collector.spans()) == 20)
    client.call("chat.completions.create", says(virtual_key=key))
    until(lambda: len(collector.spans()) == 22)


def test_what_the_collector_asks_for_is_done(exporting, connect, collector, scripted):
    daemon = exporting(collector.endpoint, signals=["logs"])
    client, admin = connect(daemon), connect(daemon, admin=True)
    key = key_at(admin, scripted(then=ok()))
    collector.answers = [(503, {"retry-after": "1"})]
    client.call("chat.completions.create", says(virtual_key=key))
    until(lambda: len(collector.requests) == 1)
    refused = time.monotonic()
    until(collector.log_records)
    assert time.monotonic() - refused > 0.8
    # What it will never take is given up, and what comes after is taken.
    collector.answers = [(400, {})]
    client.call("chat.completions.create", says(virtual_key=key))
    until(lambda: len(collector.requests) == 3)
    client.call("chat.completions.create", says(virtual_key=key))
    until(lambda: len(collector.log_records()) == 2)
    assert float(figures(admin)['wicket_export_rejected_total{signal="logs"}']) == 1


def test_what_is_left_goes_out_at_the_end(make_daemon, connect, collector, scripted):
    daemon = make_daemon(config={"otlp": {"endpoint": collector.endpoint, "interval_ms": 3_600_000}})
    client, admin = connect(daemon), connect(daemon, admin=True)
    client.call("chat.completions.create", says(virtual_key=key_at(admin, scripted(then=ok()))))
    assert not collector.requests
    assert daemon.stop() == 0
    assert len(collector.spans()) == 2 and len(collector.log_records()) == 1
    assert "wicket.requests" in collector.latest_metrics()


def test_a_collector_that_hangs_does_not_keep_the_daemon(make_daemon, connect, collector, scripted):
    daemon = make_daemon(config={"otlp": {"endpoint": collector.endpoint, "interval_ms": 100}})
    client, admin = connect(daemon), connect(daemon, admin=True)
    key = key_at(admin, scripted(then=ok()))
    collector.gate.clear()
    client.call("chat.completions.create", says(virtual_key=key))
    assert daemon.stop(20) == 0
    assert "Telemetry was lost" in daemon.log


def test_the_collector_s_key_comes_from_the_vault(make_daemon, connect, collector, scripted):
    daemon = make_daemon(config={
        "providers": {"telemetry": {"base_url": collector.endpoint, "auth_header": "x-api-key", "auth_prefix": ""}},
        "otlp": {"endpoint": collector.endpoint, "interval_ms": 100, "virtual_key": "collector"}})
    client, admin = connect(daemon), connect(daemon, admin=True)
    key = key_at(admin, scripted(then=ok()))
    client.call("chat.completions.create", says(virtual_key=key))
    until(lambda: "Telemetry is not exported" in daemon.log)
    assert not collector.requests
    admin.call("virtual_keys.create", {"name": "collector", "provider": "telemetry", "secret": {"api_key": "team-key-of-the-collector"}})
    until(collector.spans)
    assert {headers["x-api-key"] for _, headers in collector.requests} == {"team-key-of-the-collector"}
