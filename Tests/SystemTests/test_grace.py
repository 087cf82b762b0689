# SPDX-License-Identifier: Apache-2.0
"""A provider that has not heard of a rotated key yet gets the one before, for as long as the rotation said."""

import pytest

from routed import ask, failure_of
from scripted_provider import fails, ok

STREAM = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])


def takes_only(key, status=401):
    def step(exchange):
        (ok("in") if exchange.headers["authorization"] == f"Bearer {key}" else fails(status))(exchange)

    return step


def keys(provider):
    return [exchange.headers["authorization"].removeprefix("Bearer ") for exchange in provider.exchanges]


@pytest.mark.parametrize("status", [401, 403])
@STREAM
def test_within_the_grace_a_refused_key_gives_way_to_the_one_before_in_the_same_try(client, admin, provider, status, stream):
    one = provider(then=takes_only("sk-test-secret", status))
    admin.call("virtual_keys.rotate", {"name": one.key, "secret": {"api_key": "sk-too-new"}, "grace_s": 300})
    result = ask(client, {"virtual_key": one.key}, stream=stream)
    assert result["response"] == "in" and result["gateway"]["attempts"] == 1
    assert keys(one) == ["sk-too-new", "sk-test-secret"]
    assert one.exchanges[0].body == one.exchanges[1].body
    one.says(then=takes_only("sk-too-new"))  # the provider has heard of it
    ask(client, {"virtual_key": one.key}, stream=stream)
    assert keys(one)[2:] == ["sk-too-new"]


def test_without_a_grace_there_is_one_key(client, admin, provider):
    one = provider(then=takes_only("sk-test-secret"))
    admin.call("virtual_keys.rotate", {"name": one.key, "secret": {"api_key": "sk-too-new"}})
    assert failure_of(client, {"virtual_key": one.key}).data["status"] == 401
    assert keys(one) == ["sk-too-new"]


def test_both_refused_are_one_failed_try(client, admin, provider):
    one = provider(then=takes_only("sk-other"))
    admin.call("virtual_keys.rotate", {"name": one.key, "secret": {"api_key": "sk-too-new"}, "grace_s": 300})
    failure = failure_of(client, {"virtual_key": one.key})
    assert (failure.data["status"], len(failure.data["attempts"]), one.count) == (401, 1, 2)


def test_other_errors_are_the_keys_business_in_no_case(client, admin, provider):
    one = provider(then=fails(404))
    admin.call("virtual_keys.rotate", {"name": one.key, "secret": {"api_key": "sk-too-new"}, "grace_s": 300})
    assert failure_of(client, {"virtual_key": one.key}).data["status"] == 404
    assert keys(one) == ["sk-too-new"]
