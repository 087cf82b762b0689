# SPDX-License-Identifier: Apache-2.0
"""What is asked of the journal: figures over many calls, held to the rows; feedback, following, exporting, forgetting."""

import csv
import io
import json
import time
from collections import Counter

import pytest

from rpc_client import RpcFailure, chat
from scripted_provider import fails

#: Whole hours that any test's calls lie in.
LONG = {"from": "2020-01-01T00:00:00Z", "to": "2090-01-01T00:00:00Z"}


def hours_ago(hours):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600 * hours))


@pytest.fixture
def team(request):
    """A value of the metadata that no other test has."""
    return f"team of {request.node.name}"[:100]


def make(client, team, count=3, *, user=None, options=None, **request):
    options = {"metadata": {"team": team, **({"_user": user} if user else {})}, **(options or {})}
    return [client.call("chat.completions.create", chat(options=options, **request)) for _ in range(count)]


def rows_of(admin, **filter_):
    rows, cursor = [], None
    while True:
        page = admin.call("logs.list", {"filter": filter_, "limit": 1000, "cursor": cursor})
        rows += page["logs"]
        cursor = page["next_cursor"]
        if cursor is None:
            return rows


def test_figures_are_what_the_rows_add_up_to(client, admin, team, provider):
    make(client, team, 2, user="ada")
    make(client, team, 1, user="bob", stream=False)
    failing = provider(then=fails(500)).key
    with pytest.raises(RpcFailure):
        make(client, team, 1, provider=None, options={"virtual_key": failing, "config": {}})
    rows = rows_of(admin, **{"metadata.team": team})
    assert len(rows) == 4
    answer = admin.call("analytics.query", {
        "metrics": ["requests", "errors", "errors_by_status", "tokens", "latency_average_ms", "latency_p99_ms", "last_seen",
                    "identified_requests", "cost_nano_usd", "cache_speed_up", "success_rate", "feedback_average"],
        "filters": {"metadata.team": team}, "interval": "hour", "from": hours_ago(2)})
    assert answer["source"] == "rollups" and not answer["truncated"] and not answer["approximate"]
    metrics = answer["summary"]["metrics"]
    usage = [row["usage"] or {} for row in rows]
    assert metrics["requests"] == 4 and metrics["errors"] == 1 and metrics["errors_by_status"] == {"500": 1}
    assert metrics["tokens"] == sum(each.get("input_tokens", 0) + each.get("output_tokens", 0) for each in usage) > 0
    latencies = [row["latency_ms"]["total"] for row in rows]
    assert metrics["latency_average_ms"] == pytest.approx(sum(latencies) / 4, abs=0.01)
    assert metrics["latency_p99_ms"] == pytest.approx(max(latencies), rel=0.04, abs=0.01)
    assert metrics["last_seen"] == max(row["started_at"] for row in rows)
    assert metrics["identified_requests"] == 3 and metrics["success_rate"] == 0.75 and metrics["feedback_average"] is None
    assert sum(point["metrics"]["requests"] for point in answer["summary"]["series"]) == 4


def test_groups_filters_and_what_only_rows_know(client, admin, team):
    results = make(client, team, 2, user="ada") + make(client, team, 1, model="local/slow-1", user="bob")
    by_model = admin.call("analytics.query", {
        "group_by": ["requested_model", "virtual_key"], "metrics": ["requests"],
        "filters": {"status": [200], "stream": False}, **LONG})
    rows = rows_of(admin, status=200, stream=False)
    expected = Counter((row["model"], row["virtual_key"]) for row in rows)
    assert {(each["by"]["requested_model"], each["by"]["virtual_key"]): each["metrics"]["requests"]
            for each in by_model["groups"]} == expected
    assert by_model["total_groups"] == len(expected)
    exact = admin.call("analytics.query", {
        "group_by": ["user"], "metrics": ["requests", "unique_users"], "filters": {"metadata.team": team}, **LONG, "limit": 1})
    assert exact["source"] == "rows" and exact["total_groups"] == 2 and exact["summary"]["metrics"]["unique_users"] == 2
    assert exact["groups"] == [{"by": {"user": "ada"}, "metrics": {"requests": 2, "unique_users": 1}, "series": []}]
    trace = results[0]["gateway"]["trace_id"]
    one = admin.call("analytics.query", {"filters": {"trace_id": trace, "tokens": {"min": 1, "max": 1_000_000}}, **LONG})
    assert one["summary"]["metrics"]["requests"] == 1
    none = admin.call("analytics.query", {"filters": {"trace_id": trace, "latency_ms": {"min": 10_000_000}}, **LONG})
    assert none["summary"]["metrics"] == {**none["summary"]["metrics"], "requests": 0, "latency_p50_ms": None}
    assert "virtual_key" in {name for each in by_model["groups"] for name in each["by"]}


@pytest.mark.parametrize("params, path", [
    ({"metrics": ["request"]}, "params.metrics[0]"),
    ({"group_by": ["model", "modle"]}, "params.group_by[1]"),
    ({"filters": {"colour": "red"}}, "params.filters.colour"),
    ({"filters": {"tokens": {"min": 1, "least": 1}}}, "params.filters.tokens.least"),
    ({"filters": {"model": {"min": 1}}}, "params.filters.model"),
    ({"filters": {"user": None}}, "params.filters.user"),
    ({"group_by": ["model", "status", "uid", "unit"]}, "params.group_by"),
    ({"from": "yesterday"}, "params.from"),
    ({"from": LONG["to"], "to": LONG["from"]}, "params.from"),
    ({"interval": "hour", **LONG}, "params.interval"),
    ({"interval": "minute"}, "params.interval"),
    ({"limit": 0}, "params.limit"),
])
def test_a_wrong_question_is_told_where(admin, params, path):
    with pytest.raises(RpcFailure) as failure:
        admin.call("analytics.query", params)
    assert failure.value.code == -32602 and failure.value.data["path"] == path


def test_usage_is_one_s_own(client, admin, team):
    make(client, team, 2)
    own = client.call("usage.get", {"group_by": ["requested_model"], **LONG})
    assert own["total"]["requests"] >= 2 and sum(each["requests"] for each in own["usage"]) == own["total"]["requests"]
    assert {"local/echo"} <= {each["by"]["requested_model"] for each in own["usage"]}
    everybody = admin.call("usage.get", {"group_by": ["metadata.team"], **LONG})
    mine, = [each for each in everybody["usage"] if each["by"]["metadata.team"] == team]
    rows = rows_of(admin, **{"metadata.team": team})
    assert mine["requests"] == 2 and mine["input_tokens"] == sum(row["usage"]["input_tokens"] for row in rows)
    assert admin.call("usage.get")["total"]["requests"] >= 2
    with pytest.raises(RpcFailure):
        client.call("analytics.query", {})


def test_feedback_counts_to_its_call(client, admin, team):
    traces = [result["gateway"]["trace_id"] for result in make(client, team, 3)]
    assert len(client.call("feedback.create", {"trace_id": traces[0], "value": 10, "weight": 0.5})["feedback_ids"]) == 1
    both = client.call("feedback.create", {"feedback": [
        {"trace_id": traces[0], "value": 4}, {"trace_id": traces[1], "value": -10, "metadata": {"who": "ada"}}]})
    assert len(set(both["feedback_ids"])) == 2
    for source, filters in (("rollups", {}), ("rows", {"tokens": {"min": 0}})):
        answer = admin.call("analytics.query", {
            "metrics": ["requests", "feedback", "feedback_average", "feedback_by_value", "feedback_requests"],
            "filters": {"metadata.team": team, **filters}, **LONG})
        assert answer["source"] == source
        assert answer["summary"]["metrics"] == {
            "requests": 3, "feedback": 3, "feedback_average": pytest.approx((10 * 0.5 + 4 - 10) / 2.5),
            "feedback_by_value": {"-10": 1, "4": 1, "10": 1}, "feedback_requests": 2}


@pytest.mark.parametrize("params, code", [
    ({"trace_id": "nowhere", "value": 1}, 1002), ({"trace_id": "x", "value": 11}, -32602), ({"value": 1}, -32602),
    ({"trace_id": "x", "value": 1, "weight": 1.5}, -32602), ({"feedback": []}, -32602),
    ({"feedback": [{"trace_id": "x"}]}, -32602), ({"feedback": [{"trace_id": "x", "value": 1}], "value": 2}, -32602),
])
def test_feedback_that_cannot_be(client, params, code):
    with pytest.raises(RpcFailure) as failure:
        client.call("feedback.create", params)
    assert failure.value.code == code


def test_all_of_a_list_of_feedback_is_kept_or_none(client, admin, team):
    trace = make(client, team, 1)[0]["gateway"]["trace_id"]
    with pytest.raises(RpcFailure) as failure:
        client.call("feedback.create", {"feedback": [{"trace_id": trace, "value": 1}, {"trace_id": "nowhere", "value": 1}]})
    assert failure.value.type == "not_found"
    answer = admin.call("analytics.query", {"metrics": ["feedback"], "filters": {"metadata.team": team}, **LONG})
    assert answer["summary"]["metrics"] == {"feedback": 0}


def test_new_rows_are_followed_until_the_caller_has_enough(client, admin, team):
    make(client, team, 1)
    last = admin.call("logs.list", {"limit": 1})["logs"][0]["id"]
    identifier = admin.request("logs.tail", {"filter": {"metadata.team": team}, "after": last})
    traces = [result["gateway"]["trace_id"] for result in make(client, team, 3)]
    make(client, "another team", 1)
    seen = [admin.receive()["params"]["chunk"]["trace_id"] for _ in range(3)]
    assert seen == traces
    admin.notify("$/cancelRequest", {"id": identifier})
    with pytest.raises(RpcFailure) as failure:
        admin.outcome(identifier)
    assert failure.value.type == "cancelled"
    with pytest.raises(RpcFailure) as failure:
        client.call("logs.tail", {})
    assert failure.value.type == "permission_denied"
    with pytest.raises(RpcFailure) as failure:
        admin.call("logs.tail", {"after": "the last"})
    assert failure.value.data["path"] == "params.after"


def test_the_journal_is_exported_in_both_forms(client, admin, team):
    make(client, team, 2, user='a "quoted", user')
    filter_ = {"metadata.team": team}
    rows = rows_of(admin, **filter_)
    chunks, result = admin.stream("logs.export", {"filter": filter_})
    lines = "".join(chunk["text"] for chunk in chunks).splitlines()
    assert [json.loads(line) for line in lines] == rows and result == {"rows": 2}
    chunks, result = admin.stream("logs.export", {"filter": filter_, "format": "csv"})
    table = list(csv.DictReader(io.StringIO("".join(chunk["text"] for chunk in chunks))))
    assert [line["trace_id"] for line in table] == [row["trace_id"] for row in rows] and result == {"rows": 2}
    assert {line["user"] for line in table} == {'a "quoted", user'}
    assert [json.loads(line["metadata"]) for line in table] == [row["metadata"] for row in rows]


@pytest.mark.parametrize("filter_", [
    {"user": "ada"}, {"uid": 4_000_000_000}, {"unit": "none.service"}, {"policy": "none"}, {"config": "inline"},
    {"cache_status": "DISABLED"}, {"cache_status": "HIT"},
])
def test_the_log_is_filtered_by_whom_and_how(client, admin, team, filter_):
    make(client, team, 1, user="ada")
    make(client, team, 1, options={"config": {}})
    rows = rows_of(admin, **{"metadata.team": team})
    name, value = next(iter(filter_.items()))
    expected = [row["id"] for row in rows if (row["peer"][name] if name in ("uid", "unit") else row[name]) == value]
    assert [row["id"] for row in rows_of(admin, **{"metadata.team": team}, **filter_)] == expected
