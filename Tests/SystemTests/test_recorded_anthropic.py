# SPDX-License-Identifier: Apache-2.0
"""Every recorded message of Anthropic: natively unchanged, and as a chat with the same text, tools, end, usage and ids."""

import json
from urllib.parse import urlsplit

import pytest

import recordings
from http_upstream import HTTPUpstream
from rpc_client import RpcFailure
from tap import Tap

RECORDS = recordings.load("anthropic", "messages")
#: Some were written by the provider to be wrong in part (unknown kinds, missing ends), and two recorders put several answers into
#: one. They must not hurt, and prove nothing else.
SOUND = [record for record in RECORDS if record["fidelity"] != "provider_test_vector" and recordings.answers(record) == 1]
ABSENT = pytest.mark.skipif(not RECORDS, reason="the recorded exchanges are not here: they are not part of the repository")


@pytest.fixture(scope="module")
def tap(replay_origin):
    tap = Tap(urlsplit(replay_origin).hostname, urlsplit(replay_origin).port)
    yield tap
    tap.close()


def outcome(client, method, params):
    try:
        return (*client.stream(method, params), None)
    except RpcFailure as failure:
        return failure.chunks, None, failure


def check_error(record, failure):
    assert failure is not None and failure.type == "upstream_error"
    assert failure.data["status"] == record["response"]["status"]
    assert failure.data["provider_error"] == record["response"]["body"]


@ABSENT
@pytest.mark.parametrize("record", SOUND, ids=lambda record: record["id"])
def test_a_recorded_message_passes_through_natively(client, virtual_key, tap, record):
    body = record["request"]["body"]
    if not isinstance(body, dict):  # only the answer was recorded
        body = chat_params("", record["stream"])["request"]
    if recordings.asked_for_a_stream(record) != record["stream"] and not recordings.is_error(record):
        pytest.skip("the recorder kept the answer to a stream as one object: its framing is not known")
    key = virtual_key("recorded", "anthropic", base_url=f"{tap.origin}/r/{record['id']}/v1")
    tap.take()
    events, result, failure = outcome(client, "messages.create", {"request": body, "options": {"virtual_key": key}})
    raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    assert any(sent.endswith(b"\r\n\r\n" + raw) for sent in tap.take()), "the bytes of the body were changed"
    if recordings.is_error(record):
        check_error(record, failure)
    elif record["stream"]:
        assert failure is None and result["response"] is None
        assert without_pings(events) == without_pings(recordings.events(record))
    else:
        assert failure is None and result["response"] == record["response"]["body"]


def without_pings(events):
    return [event for event in events if event["type"] != "ping"]


def chat_params(key, stream):
    request = {"model": "claude-3-5-sonnet-20241022", "max_tokens": 64, "messages": [{"role": "user", "content": "hi"}]}
    if stream:
        request |= {"stream": True, "stream_options": {"include_usage": True}}
    return {"request": request, "options": {"virtual_key": key}}


@ABSENT
@pytest.mark.parametrize("record", SOUND, ids=lambda record: record["id"])
def test_a_recorded_message_becomes_a_unified_chat(client, virtual_key, replay_origin, record):
    key = virtual_key("unified", "anthropic", base_url=f"{replay_origin}/r/{record['id']}/v1")
    chunks, result, failure = outcome(client, "chat.completions.create", chat_params(key, record["stream"]))
    if recordings.is_error(record):
        return check_error(record, failure)
    assert failure is None, failure
    if record["stream"]:
        expected = recordings.expected_of_message(recordings.message_of(recordings.events(record)))
        assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
        assert {chunk["id"] for chunk in chunks} == {expected["id"]}
        summary = recordings.summary_of_chunks(chunks)
    else:
        expected = recordings.expected_of_message(record["response"]["body"])
        assert result["response"]["object"] == "chat.completion"
        summary = recordings.summary_of_completion(result["response"])
    check(summary, expected)
    usage = result["gateway"]["usage"]
    assert (usage["input_tokens"], usage["output_tokens"]) == (expected["usage"]["input"], expected["usage"]["output"])


def check(summary, expected):
    assert summary["finish_reason"] in expected["finish_reasons"]
    for name in ("id", "model", "text", "tools", "usage"):
        assert summary[name] == expected[name], name


@ABSENT
def test_the_streamed_and_the_whole_form_of_a_message_agree(client, virtual_key):
    streams = [record for record in SOUND if record["stream"]]
    current = {}
    with HTTPUpstream(lambda exchange: serve_both(exchange, current["record"])) as upstream:
        key = virtual_key("both", "anthropic", base_url=upstream.origin)
        for record in streams:
            current["record"] = record
            whole = client.call("chat.completions.create", chat_params(key, False))["response"]
            chunks, _ = client.stream("chat.completions.create", chat_params(key, True))
            assert recordings.summary_of_chunks(chunks) == recordings.summary_of_completion(whole), record["id"]
    assert len(streams) > 100


def serve_both(exchange, record):
    if json.loads(exchange.body).get("stream"):
        exchange.reply(record["response"]["body"].encode(), kind="text/event-stream")
    else:
        exchange.json(recordings.message_of(recordings.events(record)))


@ABSENT
@pytest.mark.parametrize("record", [each for each in RECORDS if each not in SOUND], ids=lambda record: record["id"])
def test_what_is_wrong_in_part_hurts_nobody(client, virtual_key, replay_origin, record):
    key = virtual_key("vector", "anthropic", base_url=f"{replay_origin}/r/{record['id']}/v1")
    outcome(client, "chat.completions.create", chat_params(key, record["stream"]))
    outcome(client, "messages.create", chat_params(key, record["stream"]))
    assert client.call("system.ping") == {"pong": True}


@ABSENT
def test_an_error_in_the_middle_of_a_stream_keeps_what_came_before(client, virtual_key, replay_origin):
    record = max((each for each in SOUND if each["stream"]), key=lambda each: len(recordings.events(each)))
    faults = {"err@60%25": "upstream_error", "reset@60%25": "upstream_unreachable", "trunc@60%25": "upstream_unreachable"}
    for fault, kind in faults.items():
        key = virtual_key(f"fault-{fault[:3]}", "anthropic", base_url=f"{replay_origin}/r/{record['id']};fault={fault}/v1")
        for method in ("chat.completions.create", "messages.create"):
            chunks, _, failure = outcome(client, method, chat_params(key, True))
            assert failure.type == kind and failure.data["after_chunks"] == len(chunks) > 0
