# SPDX-License-Identifier: Apache-2.0
"""Traces from the journal, and the scrape that Prometheus takes."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from cached import CountingProvider, asking
from routed import ask, fallback, routed, until
from rpc_client import RpcFailure, chat
from scripted_provider import ScriptedProvider, chunks, fails, ok

TRACE = "bad90143930ea019df8f681254fb2393"


def spans_of(rpc, trace):
    return rpc.call("traces.get", {"trace_id": trace})["spans"]


def test_a_trace_is_a_tree_of_requests_and_tries(client, admin, provider, saved_config):
    name = saved_config(fallback(provider(then=fails(503)), provider(then=ok())))
    first = ask(client, name, options={"traceparent": f"00-{TRACE}-42df8ac2dde4ac52-01", "span_name": "plan"})
    inner = ask(client, name, options={"trace_id": TRACE, "parent_span_id": first["gateway"]["span_id"]})
    root, = spans_of(admin, TRACE)
    assert (root["name"], root["kind"], root["parent_span_id"]) == ("plan", "server", "42df8ac2dde4ac52")
    assert root["span_id"] == first["gateway"]["span_id"] and root["offset_ms"] == 0
    assert [child["kind"] for child in root["children"]] == ["client", "client", "server"]
    bad, good, nested = root["children"]
    assert (bad["error"], bad["attributes"]["http.response.status_code"]) == ("upstream_error", 503)
    assert good["error"] is None and good["offset_ms"] >= bad["offset_ms"] + bad["duration_ms"]
    assert nested["span_id"] == inner["gateway"]["span_id"] and len(nested["children"]) == 2
    listed = next(trace for trace in admin.call("traces.list", {"limit": 5})["traces"] if trace["trace_id"] == TRACE)
    assert (listed["requests"], listed["attempts"], listed["errors"]) == (2, 4, 0)
    # One's own user sees one's own requests.
    until(lambda: spans_of(client, TRACE)[0]["span_id"] == root["span_id"])


def test_a_look_into_the_cache_is_a_span(client, admin, virtual_key):
    provider = CountingProvider()
    key = virtual_key("trace-cache", base_url=f"{provider.origin}/v1")
    try:
        miss = client.call("chat.completions.create", asking(key, "What is a span?"))
        hit = client.call("chat.completions.create", asking(key, "What is a span?"))
        root, = spans_of(admin, miss["gateway"]["trace_id"])
        assert [child["name"].split()[0] for child in root["children"]] == ["cache", "chat"]
        root, = spans_of(admin, hit["gateway"]["trace_id"])
        look, = root["children"]
        assert (look["kind"], look["attributes"]["wicket.cache.status"]) == ("internal", "HIT")
    finally:
        provider.close()


def test_a_traceparent_that_is_none_begins_a_trace_anew(client, provider):
    key = provider(then=ok()).key
    result = client.call("chat.completions.create", chat(
        model="m", provider=None, options={"virtual_key": key, "traceparent": "00-x"}))
    assert len(result["gateway"]["trace_id"]) == 32


@pytest.mark.parametrize("names, passes", [(None, True), (["x-other"], False), (["traceparent"], True)])
def test_a_target_that_takes_named_headers_hears_of_the_trace_only_when_it_names_it(client, provider, names, passes):
    upstream = provider(then=ok())
    config = {"virtual_key": upstream.key, **({"forward_headers": names} if names else {})}
    ask(client, config, options={
        "traceparent": f"00-{TRACE}-42df8ac2dde4ac52-01", "forward_headers": {"traceparent": "the caller's own"}})
    sent = upstream.exchanges[0].headers.get("traceparent")
    assert (sent is not None) == passes
    if passes:
        assert sent.startswith(f"00-{TRACE}-") and sent.endswith("-01") and "42df8ac2dde4ac52" not in sent


def test_of_a_trace_that_is_not_there_is_said_so(client, admin):
    for rpc in (client, admin):
        with pytest.raises(RpcFailure) as caught:
            rpc.call("traces.get", {"trace_id": "none of that name"})
        assert caught.value.type == "not_found"


def test_traces_page(client, admin, provider):
    key = provider(then=ok()).key
    made = []
    for _ in range(3):
        result = client.call("chat.completions.create", chat(model="m", provider=None, options={"virtual_key": key}))
        made.append(result["gateway"]["trace_id"])
    page = admin.call("traces.list", {"limit": 2})
    traces = page["traces"]
    while page["next_cursor"]:
        page = admin.call("traces.list", {"limit": 1000, "cursor": page["next_cursor"]})
        traces += page["traces"]
    ids = [trace["trace_id"] for trace in traces]
    assert ids[:3] == made[::-1] and len(set(ids)) == len(ids)
    with pytest.raises(RpcFailure):
        admin.call("traces.list", {"cursor": "no cursor"})


def families(admin):
    result = admin.call("metrics.scrape")
    assert result["content_type"].startswith("text/plain; version=0.0.4")
    return {family.name: family for family in text_string_to_metric_families(result["text"])}


def sample(found, name, **labels):
    family = next(each for each in found.values() if any(sample.name == name for sample in each.samples))
    return sum(each.value for each in family.samples if each.name == name and labels.items() <= each.labels.items())


def test_the_scrape_is_prometheus_s_and_agrees_with_the_requests_made(make_daemon, connect):
    daemon = make_daemon()
    client, admin = connect(daemon), connect(daemon, admin=True)
    upstream = ScriptedProvider(fails(500), then=ok())
    broken = ScriptedProvider(then=fails(429))
    streaming = ScriptedProvider(then=chunks("a", "b", "c"))
    servers = {"good": upstream, "bad": broken, "streaming": streaming}
    try:
        for name, server in servers.items():
            admin.call("virtual_keys.create", {
                "name": name, "provider": "openai", "secret": {"api_key": "sk-test-secret"}, "base_url": f"{server.origin}/v1"})
        config = {"virtual_key": "good", "retry": {"attempts": 1, "on_status_codes": [500]}}
        for _ in range(3):
            usage = client.call("chat.completions.create", routed(config, model='m"odel\\n'))["response"]["usage"]
        config = fallback({"virtual_key": "bad"}, {"virtual_key": "good"})
        for _ in range(2):
            ask(client, config)
        with pytest.raises(RpcFailure):
            ask(client, {"virtual_key": "bad"})
        ask(client, {"virtual_key": "streaming"}, stream=True, model="streamed")
        found = families(admin)
    finally:
        for server in servers.values():
            server.close()
    assert sample(found, "wicket_requests_total") == 7
    assert sample(found, "wicket_requests_total", gen_ai_request_model='m"odel\\n') == 3
    assert sample(found, "wicket_errors_total") == sample(found, "wicket_errors_total", error_type="upstream_error") == 1
    assert sample(found, "wicket_retries_total") == 1
    assert sample(found, "wicket_fallbacks_total") == 2
    assert sample(found, "wicket_cache_requests_total", wicket_cache_status="DISABLED") == 7
    assert sample(found, "gen_ai_server_request_duration_seconds_count") == 7
    # One retry and two fallbacks: so many tries more than requests.
    assert sample(found, "gen_ai_client_operation_duration_seconds_count") == 10
    # What the stream used is estimated, since its provider does not say.
    used = "gen_ai_client_token_usage_sum", {"gen_ai_token_type": "input"}
    streamed = sample(found, used[0], **used[1], gen_ai_request_model="streamed")
    assert sample(found, used[0], **used[1]) - streamed == 5 * usage["prompt_tokens"]
    assert sample(found, "gen_ai_server_time_to_first_token_seconds_count") == 1
    assert sample(found, "wicket_connections") == 2 and sample(found, "wicket_in_flight") == 1
    assert sample(found, "wicket_target_breaker") == 0
    assert 1 << 20 < sample(found, "process_memory_usage_bytes") < 1 << 30
    assert sample(found, "wicket_journal_dropped_total") == 0
    for family in found.values():
        assert family.documentation
        if family.type == "histogram":
            for labels in {tuple(sorted(item for item in each.labels.items() if item[0] != "le")) for each in family.samples}:
                of_these = [each for each in family.samples if set(labels) <= set(each.labels.items())]
                buckets = [each.value for each in of_these if each.name.endswith("_bucket")]
                assert buckets == sorted(buckets)
