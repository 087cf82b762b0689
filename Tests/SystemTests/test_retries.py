# SPDX-License-Identifier: Apache-2.0
"""When a target is asked again, how long a call waits for it, and when a second try runs beside the first."""

import time
from email.utils import formatdate

import pytest

from http_upstream import piece
from routed import ask, failure_of, fallback, outcomes, quick_retry, routed, until
from scripted_provider import Held, fails, hang_up, ok

STREAM = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


def steps(decisions, kind):
    return [step for step in decisions["decisions"] if step["step"] == kind]


# MARK: Retries


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
@STREAM
def test_these_are_retried_when_a_config_does_not_say_which(client, provider, status, stream):
    one = provider(fails(status, retry_after_ms=1), fails(429, retry_after_ms=1), then=ok("third"))
    config = {"virtual_key": one.key, "retry": quick_retry(3)}
    if status in (500, 502, 504):  # no provider names a wait with these: the back-off is up to a second
        config["retry"] = quick_retry(1)
        one.says(fails(status), then=ok("third"))
    result = ask(client, config, stream=stream)
    assert result["response"] == "third"
    assert one.count == result["gateway"]["attempts"] == result["gateway"]["retry_attempt_count"] + 1
    assert len(set(exchange.body for exchange in one.exchanges)) == 1


@pytest.mark.parametrize("status", [400, 401, 404, 408, 422, 529])
def test_these_are_not(client, provider, status):
    one = provider(then=fails(status, retry_after_ms=1))
    failure = failure_of(client, {"virtual_key": one.key, "retry": quick_retry(5)})
    assert (failure.data["status"], one.count) == (status, 1)


def test_codes_of_a_config_take_the_place_of_the_usual_ones(client, provider):
    one = provider(fails(529, retry_after_ms=1), then=fails(429, retry_after_ms=1))
    failure = failure_of(client, {"virtual_key": one.key, "retry": quick_retry(5, on_status_codes=[529])})
    assert (failure.data["status"], one.count) == (429, 2)


@pytest.mark.parametrize("attempts, requests", [(0, 1), (2, 3), (5, 6), (9, 6)])
def test_attempts_count_what_comes_after_the_first_and_are_five_at_most(client, provider, attempts, requests):
    one = provider(then=fails(429, retry_after_ms=1))
    failure = failure_of(client, {"virtual_key": one.key, "retry": quick_retry(attempts)})
    assert outcomes(failure) == [("config", 429, "upstream_error")] * requests
    assert one.count == requests


def test_no_answer_is_retried_whatever_the_codes_are(client, provider):
    one = provider(hang_up, then=ok("back"))
    result = ask(client, {"virtual_key": one.key, "retry": {"attempts": 1, "on_status_codes": [429]}})
    assert (result["response"], one.count, result["gateway"]["retry_attempt_count"]) == ("back", 2, 1)


@pytest.mark.parametrize("headers, wait", [
    ({"retry_after_ms": 250}, 250), ({"retry_after": 1, "retry_after_ms": 40}, 40),
    ({"x_ratelimit_reset_requests": "120ms"}, 120), ({"retry_after": formatdate(usegmt=True)}, 0),
])
def test_the_wait_that_a_provider_names_is_kept(client, provider, explain, headers, wait):
    one = provider(fails(429, **headers))
    result = ask(client, {"virtual_key": one.key, "retry": quick_retry(1)})
    waited, = steps(explain(result["gateway"]["trace_id"]), "wait")
    assert (waited["ms"], waited["why"]) == (wait, "retry_after")
    first, second = one.exchanges
    assert second.arrived_at - first.arrived_at >= wait / 1000


def test_without_being_told_to_a_wait_is_the_gateways_own(client, provider, explain):
    one = provider(fails(429, retry_after=3600))
    result = ask(client, {"virtual_key": one.key, "retry": {"attempts": 1}})
    waited, = steps(explain(result["gateway"]["trace_id"]), "wait")
    assert waited["why"] == "backoff" and 0 <= waited["ms"] <= 1000


@pytest.mark.parametrize("headers", [
    {"retry_after": 3600}, {"retry_after_ms": 60000}, {"retry_after": formatdate(time.time() + 3600, usegmt=True)},
], ids=["seconds", "milliseconds", "a date"])
def test_a_wait_that_is_too_long_goes_on_to_the_next_target_at_once(client, provider, explain, headers):
    one, two = provider(then=fails(429, **headers)), provider(then=ok("from two"))
    result = ask(client, {**fallback(one, two), "retry": quick_retry(3)})
    assert (result["response"], one.count) == ("from two", 1)
    decisions = explain(result["gateway"]["trace_id"])
    gave_up, = steps(decisions, "give_up")
    assert gave_up["why"] == "wait_too_long" and steps(decisions, "wait") == []


def test_retry_count_is_that_of_the_target_that_answered(client, provider):
    one, two = provider(then=fails(429, retry_after_ms=1)), provider(fails(429, retry_after_ms=1), then=ok("from two"))
    result = ask(client, {**fallback(one, two), "retry": quick_retry(2)})
    assert (one.count, two.count) == (3, 2)
    assert (result["gateway"]["attempts"], result["gateway"]["retry_attempt_count"]) == (5, 1)


def test_a_childs_retry_takes_the_place_of_its_parents(client, provider):
    one, two = provider(then=fails(429, retry_after_ms=1)), provider(then=ok("from two"))
    config = {**fallback({"virtual_key": one.key, "retry": quick_retry(1)}, two), "retry": quick_retry(4)}
    assert (ask(client, config)["response"], one.count) == ("from two", 2)


def test_in_an_outage_retries_keep_to_their_budget(client, provider, explain):
    """A fifth of the requests and ten a second, with what was saved up before; each call by itself would ask six times."""
    one, calls = provider(then=fails(429, retry_after_ms=1)), 100
    params = routed({"virtual_key": one.key, "retry": quick_retry(5)})
    began = time.monotonic()
    ids = {client.request("chat.completions.create", params) for _ in range(calls)}
    traces = []
    while ids:
        message = client.receive()
        ids.remove(message["id"])
        traces.append((message["error"]["data"]["trace_id"], len(message["error"]["data"]["attempts"])))
    seconds = time.monotonic() - began
    assert one.count == sum(attempts for _, attempts in traces)
    assert calls + 10 <= one.count <= calls * 1.2 + 10 + 10 * seconds + 1
    refused = next(trace for trace, attempts in traces if attempts < 6)
    assert [each["why"] for each in steps(explain(refused), "give_up")] == ["retry_budget"]


# MARK: Limits on time


@STREAM
def test_request_timeout_is_408_which_fallback_sees(client, provider, stream):
    held = Held()
    one, two = provider(then=held), provider(then=ok("from two"))
    slow = {"virtual_key": one.key, "request_timeout": 100}
    result = ask(client, fallback(slow, two, on_status_codes=[408]), stream=stream)
    assert (result["response"], one.count) == ("from two", 1)
    assert held.hung_up.acquire(timeout=20), "the late target is still waited for"
    failure = failure_of(client, fallback(slow, two, on_status_codes=[500, 503]), stream=stream)
    assert (failure.code, failure.type, failure.data["status"]) == (1302, "upstream_timeout", 408)
    assert outcomes(failure) == [("config.targets[0]", None, "upstream_timeout")] and two.count == 1


def test_408_is_retried_where_it_is_listed(client, provider):
    one = provider(Held(), then=ok("in time"))
    config = {"virtual_key": one.key, "request_timeout": 100, "retry": {"attempts": 1, "on_status_codes": [408]}}
    assert (ask(client, config)["response"], one.count) == ("in time", 2)
    one.says(then=Held())
    assert failure_of(client, {**config, "retry": {"attempts": 5}}).type == "upstream_timeout"
    assert one.count == 3


def test_request_timeout_is_inherited_and_the_calls_own_goes_before_it(client, provider):
    one, two = provider(then=Held()), provider(then=Held())
    failure = failure_of(client, {**fallback(one, two), "request_timeout": 80})
    assert [each[2] for each in outcomes(failure)] == ["upstream_timeout"] * 2
    failure = failure_of(client, {"virtual_key": one.key, "request_timeout": 86400000}, options={"request_timeout": 80})
    assert failure.type == "upstream_timeout"


def test_a_stream_may_last_longer_than_request_timeout(client, provider):
    def slowly(exchange):
        exchange.start_events()
        for finish in (None, None, None, "stop"):
            exchange.send_event(piece("x", finish))
            time.sleep(0.1)
        exchange.end_events()

    one = provider(then=slowly)
    result = ask(client, {"virtual_key": one.key, "request_timeout": 200}, stream=True)
    assert result["response"] == "xxxx"


# MARK: Hedges


def hedged(one, two, **hedge):
    return fallback({"virtual_key": one.key, "hedge": {"after_ms": 50, "max_extra_percent": 100, **hedge}}, two)


@STREAM
def test_the_second_try_answers_for_a_slow_first_which_is_closed_at_once(client, provider, explain, stream):
    held = Held()
    one, two = provider(then=held), provider(then=ok("from two"))
    result = ask(client, hedged(one, two), stream=stream)
    assert held.hung_up.acquire(timeout=20), "the loser's connection is still open"
    assert (result["response"], one.count, two.count) == ("from two", 1, 1)
    assert (result["gateway"]["target"], result["gateway"]["virtual_key"]) == ("config.targets[1]", two.key)
    assert result["gateway"]["attempts"] == 2
    tries = steps(explain(result["gateway"]["trace_id"]), "try")
    assert sorted((each["kind"], each["target"], each["end"]) for each in tries) == [
        ("first", "config.targets[0]", "lost"), ("hedge", "config.targets[1]", "answered")]


@STREAM
def test_a_first_try_that_answers_before_its_hedge_is_the_answer(client, provider, stream):
    go = Held(answer=ok("from one"))
    held = Held()
    one, two = provider(then=go), provider(then=held)

    identifier = client.request("chat.completions.create", routed(hedged(one, two), stream=stream))
    assert two.arrived.acquire(timeout=20)
    go.let_go()
    _, result = client.outcome(identifier)
    assert held.hung_up.acquire(timeout=20), "the hedge is still open"
    assert result["gateway"]["target"] == "config.targets[0]" and result["gateway"]["attempts"] == 2


def test_without_another_target_the_same_one_is_asked_again(client, provider):
    held = Held()
    one = provider(held, then=ok("the second time"))
    config = {"virtual_key": one.key, "hedge": {"after_ms": 50, "max_extra_percent": 100}}
    result = ask(client, config)
    assert (result["response"], one.count, result["gateway"]["attempts"]) == ("the second time", 2, 2)
    assert held.hung_up.acquire(timeout=20)
    # It ran beside the first: it was no retry.
    assert result["gateway"]["retry_attempt_count"] == 0


def test_a_quick_answer_needs_no_second_try(client, provider):
    one, two = provider(then=ok("from one")), provider()
    config = hedged(one, two, after_ms=20000)
    assert (ask(client, config)["response"], one.count, two.count) == ("from one", 1, 0)


def test_hedges_keep_to_their_share(client, provider, explain):
    def late(exchange):
        time.sleep(0.15)
        ok("from one")(exchange)

    one, two = provider(then=late), provider()
    result = ask(client, hedged(one, two, max_extra_percent=10))
    assert (result["response"], one.count, two.count) == ("from one", 1, 0)
    refused, = steps(explain(result["gateway"]["trace_id"]), "no_hedge")
    assert refused["why"] == "share_used"


# MARK: Cancelling


@pytest.mark.parametrize("leave", ["cancel", "hang up"])
def test_a_caller_that_leaves_ends_the_wait_before_a_retry(connect, admin, provider, explain, leave):
    one, client = provider(then=fails(429, retry_after_ms=50000)), connect()
    trace = f"leaves-{one.key}"
    config = {"virtual_key": one.key, "retry": quick_retry(3)}
    identifier = client.request("chat.completions.create", routed(config, options={"trace_id": trace}))
    until(lambda: [each["in_flight"] for each in admin.call("targets.list")["targets"] if each["virtual_key"] == one.key] == [0])
    gone(client, identifier, leave)
    story = explain(trace)  # which is written at the call's end
    assert [each["ms"] for each in steps(story, "wait")] == [50000]
    assert (story["outcome"], one.count) == ({"end": "cancelled"}, 1)


@pytest.mark.parametrize("leave", ["cancel", "hang up"])
@STREAM
def test_a_caller_that_leaves_ends_both_tries_of_a_hedge(connect, provider, leave, stream):
    held = Held(), Held()
    one, two = provider(then=held[0]), provider(then=held[1])
    client = connect()
    identifier = client.request("chat.completions.create", routed(hedged(one, two), stream=stream))
    assert two.arrived.acquire(timeout=20)
    gone(client, identifier, leave)
    for each in held:
        assert each.hung_up.acquire(timeout=20), "a provider still serves a caller that is gone"


def gone(client, identifier, how):
    if how == "hang up":
        return client.close()
    client.notify("$/cancelRequest", {"id": identifier})
    assert client.receive()["error"]["data"]["type"] == "cancelled"
