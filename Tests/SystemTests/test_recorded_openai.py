# SPDX-License-Identifier: Apache-2.0
"""Every recorded chat with OpenAI: what its client sent goes out byte for byte, and what came back comes out unchanged."""

import json
import urllib.request
from urllib.parse import urlsplit

import pytest

import recordings
from rpc_client import RpcFailure
from tap import Tap

RECORDS = recordings.load("openai", "chat")


@pytest.fixture(scope="module")
def tap(replay_origin):
    tap = Tap(urlsplit(replay_origin).hostname, urlsplit(replay_origin).port)
    yield tap
    tap.close()


@pytest.fixture(scope="module")
def requests_seen(replay_origin):
    """Asks the replay server what it got since the last time."""

    def take():
        with urllib.request.urlopen(f"{replay_origin}/_requests") as answer:
            seen = json.load(answer)
        urllib.request.urlopen(urllib.request.Request(f"{replay_origin}/_reset", method="POST", data=b"")).close()
        return seen

    return take


def outcome(client, params):
    try:
        return (*client.stream("chat.completions.create", params), None)
    except RpcFailure as failure:
        return failure.chunks, None, failure


@pytest.mark.skipif(not RECORDS, reason="the recorded exchanges are not here: they are not part of the repository")
@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record["id"])
def test_a_recorded_chat_passes_through_unchanged(client, virtual_key, replay_origin, tap, requests_seen, record):
    key = virtual_key("recorded", base_url=f"{tap.origin}/r/{record['id']}/v1")
    body = record["request"]["body"]
    if not isinstance(body, dict):  # only the answer was recorded
        body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}
        if record["stream"]:
            body["stream"] = True
    tap.take()
    requests_seen()
    chunks, result, failure = outcome(client, {"request": body, "options": {"virtual_key": key}})

    # What went out.
    seen, = requests_seen()
    assert seen["body"] == body and seen["path"] == "/v1/chat/completions" and seen["auth_header"] == "authorization"
    raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    assert any(sent.endswith(b"\r\n\r\n" + raw) for sent in tap.take()), "the bytes of the body were changed"

    # What came back.
    answer = record["response"]
    if recordings.is_error(record):
        assert failure is not None and failure.type == "upstream_error"
        assert failure.data["status"] == answer["status"]
        assert failure.data.get("provider_error", "") == answer["body"]
    elif record["stream"]:
        assert failure is None and result["response"] is None
        events = recordings.events(record)
        assert chunks == events
        assert recordings.summary_of_chunks(chunks) == recordings.summary_of_chunks(events)
        check_usage(result["gateway"], recordings.summary_of_chunks(events)["usage"])
    elif recordings.asked_for_a_stream(record):
        pytest.skip("the recorder kept the answer to a stream as one object: its framing is not known")
    else:
        assert failure is None and chunks == []
        assert result["response"] == answer["body"]
        check_usage(result["gateway"], recordings.summary_of_completion(answer["body"])["usage"])


def check_usage(gateway, usage):
    if usage is None or usage["input"] is None:
        return
    assert (gateway["usage"]["input_tokens"], gateway["usage"]["output_tokens"]) == (usage["input"], usage["output"])
    assert gateway["usage"].get("cache_read_input_tokens", 0) == usage["cached"]


@pytest.mark.skipif(not RECORDS, reason="the recorded exchanges are not here: they are not part of the repository")
@pytest.mark.parametrize("cut", ["all", "1", "7", "utf8", "line", "rec", "rand:3"])
@pytest.mark.parametrize("more", ["", ";crlf=1", ";ping=2"])
def test_a_stream_is_the_same_however_it_is_cut(client, virtual_key, replay_origin, cut, more):
    streams = [record for record in RECORDS if record["stream"] and record["fidelity"] == "wire"]
    # The smallest few of each kind that matter for framing: byte by byte through HTTP is slow.
    chosen = sorted(streams, key=lambda record: len(record["response"]["body"]))[:8]
    chosen += [next(record for record in streams if "tool_call" in record["features"])]
    chosen += [record for record in streams if not record["response"]["body"].isascii()][:2]
    for record in chosen:
        key = virtual_key(f"cut-{record['id']}", base_url=f"{replay_origin}/r/{record['id']};chunk={cut}{more}/v1")
        body = record["request"]["body"]
        chunks, _, failure = outcome(client, {"request": body, "options": {"virtual_key": key}})
        assert failure is None and chunks == recordings.events(record), record["id"]


@pytest.mark.skipif(not RECORDS, reason="the recorded exchanges are not here: they are not part of the repository")
@pytest.mark.parametrize("fault, kind", [
    ("reset@50%25", "upstream_unreachable"), ("trunc@50%25", "upstream_unreachable"), ("err@50%25", "upstream_error"),
])
def test_a_stream_that_is_cut_short_is_an_error_after_its_chunks(client, virtual_key, replay_origin, fault, kind):
    record = max((each for each in RECORDS if each["stream"]), key=lambda each: len(recordings.events(each)))
    key = virtual_key("fault", base_url=f"{replay_origin}/r/{record['id']};fault={fault}/v1")
    chunks, result, failure = outcome(client, {"request": record["request"]["body"], "options": {"virtual_key": key}})
    assert result is None and failure.type == kind
    assert failure.data["after_chunks"] == len(chunks) > 0
    assert chunks == recordings.events(record)[:len(chunks)]
