# SPDX-License-Identifier: Apache-2.0
"""A stream may take another target up to the first chunk that was sent on, and never after it."""

import pytest

from http_upstream import piece
from routed import ask, failure_of, fallback, quick_retry
from scripted_provider import Held, chunks, error_event, fails, hang_up, ok, only_comments


def late_head(exchange):
    """No head at all, until the other side hangs up."""
    Held()(exchange)


BEFORE_THE_FIRST_CHUNK = {
    "500": fails(500), "429": fails(429), "no answer": hang_up, "cut before the first chunk": chunks(end=False),
    "an error as the first event": error_event, "comments only": only_comments, "no head": late_head,
}


@pytest.mark.parametrize("first", BEFORE_THE_FIRST_CHUNK.values(), ids=BEFORE_THE_FIRST_CHUNK)
@pytest.mark.parametrize("kind", ["openai", "anthropic"])
def test_the_caller_sees_the_next_target_only(client, provider, kind, first):
    one, two = provider(then=first), provider(kind=kind, then=ok("from two"))
    result = ask(client, {**fallback(one, two), "first_chunk_timeout": 150}, model="claude-3.5-sonnet", stream=True)
    assert (result["response"], one.count, two.count) == ("from two", 1, 1)
    assert (result["gateway"]["target"], result["gateway"]["attempts"]) == ("config.targets[1]", 2)


@pytest.mark.parametrize("first", [hang_up, chunks(end=False)], ids=["no answer", "cut before the first chunk"])
def test_a_retry_begins_the_stream_anew(client, provider, first):
    one = provider(first, then=ok("whole"))
    result = ask(client, {"virtual_key": one.key, "retry": {"attempts": 1}}, stream=True)
    assert (result["response"], one.count, result["gateway"]["retry_attempt_count"]) == ("whole", 2, 1)


def test_a_late_first_chunk_is_408_and_its_stream_is_closed(client, provider):
    held = Held()
    one, two = provider(then=held), provider()
    config = fallback({"virtual_key": one.key, "first_chunk_timeout": 100}, two, on_status_codes=[500])
    failure = failure_of(client, config, stream=True)
    assert (failure.type, failure.data["status"], two.count) == ("upstream_timeout", 408, 0)
    assert "after_chunks" not in failure.data and failure.chunks == []
    assert held.hung_up.acquire(timeout=20)


def error_after_two(exchange):
    exchange.start_events()
    for event in (piece("one "), piece("two "), {"error": {"message": "overloaded", "type": "server_error", "code": 503}}):
        exchange.send_event(event)
    exchange.end_events()


@pytest.mark.parametrize("ending, kind", [
    (chunks("one ", "two ", end=False), "upstream_unreachable"), (error_after_two, "upstream_error"),
], ids=["cut", "an error in the stream"])
def test_after_the_first_chunk_the_failure_is_the_callers(client, provider, ending, kind):
    one, two = provider(then=ending), provider()
    config = {**fallback(one, two), "retry": quick_retry(3)}
    failure = failure_of(client, config, stream=True)
    assert (failure.type, failure.data["after_chunks"], len(failure.chunks)) == (kind, 2, 2)
    assert failure.data["target"] == "config.targets[0]"
    assert (one.count, two.count) == (1, 0)


def test_a_stream_that_falls_silent_ends_after_its_chunks(client, provider):
    held = Held(after_chunks=["one ", "two "])
    one, two = provider(then=held), provider()
    failure = failure_of(client, {**fallback(one, two), "idle_timeout": 100}, stream=True)
    assert (failure.type, failure.data["after_chunks"], two.count) == ("upstream_timeout", 2, 0)
    assert held.hung_up.acquire(timeout=20)


def test_chunks_of_a_target_that_is_passed_by_never_reach_the_caller(client, provider):
    """Its success is listed as one to go on from, so its stream is held back and closed."""
    held = Held(after_chunks=["not "])
    one, two = provider(then=held), provider(then=fails(400))
    config = fallback(one, two, on_status_codes=[200])
    failure = failure_of(client, config, stream=True)
    assert (failure.data["status"], failure.chunks) == (400, [])
    assert held.hung_up.acquire(timeout=20)
