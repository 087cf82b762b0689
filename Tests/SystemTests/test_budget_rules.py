# SPDX-License-Identifier: Apache-2.0
"""Whose calls draw on which budget, how fast they may go, and what administrators see and do."""

import json
import os
import threading

import pytest

from rpc_client import RpcFailure, chat
from routed import ask, failure_of, quick_retry, until
from scripted_provider import Held, ScriptedProvider, ok
from spending import DOLLAR, TEN_CENTS, Books, add_key, priced, usd


@pytest.fixture
def host(make_daemon, connect):
    """A daemon with these budgets, and a provider behind the key `k`."""
    running = []

    def make(budgets=None, *, key=None, prices=None, **config):
        provider = ScriptedProvider(then=ok())
        running.append(provider)
        daemon = make_daemon(config={**priced(budgets=budgets or {}, **config), **({"prices": prices} if prices else {})})
        add_key(daemon, "k", provider.origin, **(key or {}))
        return daemon, provider, connect(daemon), connect(daemon, admin=True)

    yield make
    for each in running:
        each.close()


ONCE = {"usage_limits": [{"unit": "requests", "amount": 1, "period": "monthly"}]}
CONFIG = {"virtual_key": "k"}


def by_id(admin):
    return {budget["id"]: budget for budget in admin.call("budgets.list")["budgets"]}


@pytest.mark.parametrize("scope, others", [
    ("host", {"metadata": {"team": "b"}}), (f"uid={os.getuid()}", {}), ("virtual_key=k", {}), ("metadata.team=a", {})])
def test_calls_of_a_scope_share_a_budget(host, scope, others):
    _, _, client, _ = host({"b": {"scope": scope, **ONCE}})
    ask(client, CONFIG, options={"metadata": {"team": "a"}})
    failure = failure_of(client, CONFIG, options={"metadata": {"team": "a"}, **others})
    assert failure.type == "budget_exceeded" and "budget 'b'" in failure.message


@pytest.mark.parametrize("scope", ["metadata.team=c", "uid=4294967294", "virtual_key=other", "policy=web", "unit=none.service"])
def test_calls_outside_of_a_scope_do_not_draw_on_it(host, scope):
    _, _, client, admin = host({"b": {"scope": scope, **ONCE}})
    for _ in range(2):
        ask(client, CONFIG, options={"metadata": {"team": "a"}})
    assert by_id(admin)["budget/b/requests/monthly"]["spent"] == 0


def test_each_value_has_a_budget_of_its_own(host):
    _, _, client, admin = host({"team": {"scope": "metadata.team", **ONCE}})
    for team in ("a", "b/c"):
        ask(client, CONFIG, options={"metadata": {"team": team}})
        assert "(" + team + ")" in failure_of(client, CONFIG, options={"metadata": {"team": team}}).message
    ask(client, CONFIG)
    found = by_id(admin)
    assert {each["value"]: each["spent"] for each in found.values()} == {"a": 1, "b/c": 1}
    assert admin.call("budgets.get", {"id": "budget/team/requests/monthly/b/c"})["scope"] == "metadata.team"


def test_a_policys_calls_draw_on_the_budget_that_it_names(host, connect):
    policy = {"name": "me", "match": {"uid": [os.getuid()]}, "defaults": {"budget": "shared"}}
    daemon, _, client, admin = host({"shared": ONCE}, policies=[policy])
    ask(client, CONFIG)
    assert failure_of(client, CONFIG).type == "budget_exceeded"
    # What was meant to be limited is not let through when the budget is gone.
    daemon.config_file.write_text(json.dumps(priced(policies=[policy])))
    admin.call("system.reload")
    failure = failure_of(client, CONFIG)
    assert failure.type == "not_found" and "'shared'" in failure.message


def test_all_budgets_of_a_call_are_drawn_on_or_none(host):
    _, _, client, admin = host(
        {"wide": {"scope": "host", "usage_limits": [usd(1, "daily"), {"unit": "requests", "amount": 5, "period": "hourly"}]}},
        key={"usage_limits": [usd(0.2)]})
    for _ in range(2):
        ask(client, CONFIG)
    assert failure_of(client, CONFIG).type == "budget_exceeded"
    assert {id: each["spent"] for id, each in by_id(admin).items()} == {
        "budget/wide/usd/daily": 2 * TEN_CENTS, "budget/wide/requests/hourly": 2, "virtual_key/k/usd/total": 2 * TEN_CENTS}


def test_a_budget_in_tokens_holds_the_bound_and_settles_what_was_used(host):
    limit = {"unit": "tokens", "amount": 2000, "period": "weekly"}
    _, provider, client, admin = host({"b": {"scope": "host", "usage_limits": [limit]}})
    failure = failure_of(client, CONFIG)
    assert failure.type == "budget_exceeded" and "set max_tokens" in failure.message
    for _ in range(3):
        ask(client, CONFIG, max_tokens=1000)
    budget = by_id(admin)["budget/b/tokens/weekly"]
    assert (budget["spent"], budget["reserved"]) == (9, 0)
    assert failure_of(client, CONFIG, max_tokens=2000).type == "budget_exceeded"
    assert provider.count == 3


@pytest.mark.parametrize("allowed", [False, True])
def test_a_model_without_a_price_under_a_budget_in_dollars(host, allowed):
    budgets = {"b": {"scope": "host", "usage_limits": [usd(1)]}, **({"unpriced": "allow"} if allowed else {})}
    _, _, client, admin = host(budgets, prices={"other": {"request_nano_usd": 1}})
    if allowed:
        assert ask(client, CONFIG, max_tokens=5)["gateway"]["cost"]["status"] == "unpriced"
        assert by_id(admin)["budget/b/usd/total"]["spent"] == 0
    else:
        failure = failure_of(client, CONFIG, max_tokens=5)
        assert failure.type == "budget_exceeded" and "prices:" in failure.message and "unpriced: allow" in failure.message


def test_a_rate_limit_says_when_to_come_again(host):
    _, provider, client, _ = host(key={"rate_limits": [{"unit": "requests", "amount": 2, "per": "hour"}]})
    for _ in range(2):
        ask(client, CONFIG)
    failure = failure_of(client, CONFIG)
    assert (failure.code, failure.type, failure.data["status"], failure.data["retryable"]) == (1102, "rate_limited", 429, True)
    assert 0 < failure.data["retry_after_ms"] <= 1_800_000 and provider.count == 2


def test_a_retry_waits_for_the_rate_and_a_call_that_never_fits_is_told_so(host):
    _, provider, client, _ = host(key={"rate_limits": [
        {"unit": "requests", "amount": 4, "per": "second"}, {"unit": "tokens", "amount": 5000, "per": "second"}]})
    for _ in range(6):
        ask(client, {**CONFIG, "retry": quick_retry(5)}, max_tokens=10)
    assert provider.count == 6
    failure = failure_of(client, CONFIG, max_tokens=6000)
    assert failure.type == "rate_limited" and not failure.data["retryable"] and "retry_after_ms" not in failure.data


def test_a_caller_that_may_spend_does_not_suffer_from_the_one_that_it_flies_with(host, connect):
    daemon, provider, client, admin = host({"team": {"scope": "metadata.team", "usage_limits": [usd(0.1)]}})
    ask(client, CONFIG, options={"metadata": {"team": "poor"}})
    results = {}

    def call(team):
        try:
            results.setdefault(team, []).append(ask(
                connect(daemon), {**CONFIG, "cache": "simple"}, options={"metadata": {"team": team}})["gateway"]["cache_status"])
        except RpcFailure as failure:
            results.setdefault(team, []).append(failure.type)

    threads = [threading.Thread(target=call, args=(team,)) for team in ["poor"] * 20 + ["rich"]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results["rich"][0] in ("MISS", "HIT", "COALESCED") and provider.count == 2
    assert by_id(admin)["budget/team/usd/total/rich"]["spent"] == TEN_CENTS


def test_a_reload_keeps_what_was_spent_where_the_budget_is_the_same(host):
    budgets = {"b": {"scope": "host", "usage_limits": [usd(0.1, "monthly")]}}
    daemon, _, client, admin = host(budgets)
    ask(client, CONFIG)
    assert failure_of(client, CONFIG).type == "budget_exceeded"
    budgets["b"]["usage_limits"][0]["amount"] = 0.3
    daemon.config_file.write_text(json.dumps(priced(budgets=budgets)))
    assert admin.call("system.reload")["needs_restart"] == []
    for _ in range(2):
        ask(client, CONFIG)
    assert failure_of(client, CONFIG).type == "budget_exceeded"
    assert by_id(admin)["budget/b/usd/monthly"]["spent"] == 3 * TEN_CENTS


def test_a_reset_forgets_what_was_spent_and_is_on_record(host, connect):
    daemon, provider, client, admin = host(key={"usage_limits": [usd(0.2, "weekly", alert_at=[0.5, 1])]})
    held = Held(answer=ok())
    ask(client, CONFIG)
    provider.says(held)
    under_way = connect(daemon)
    identifier = under_way.request("chat.completions.create", chat(model="m", provider=None, options={"config": CONFIG}))
    until(lambda: provider.count == 2)
    id = "virtual_key/k/usd/weekly"
    assert (by_id(admin)[id]["spent"], by_id(admin)[id]["reserved"]) == (TEN_CENTS, TEN_CENTS)
    after = admin.call("budgets.reset", {"id": id})
    assert (after["spent"], after["reserved"], after["alert_at"]) == (0, TEN_CENTS, [0.5, 1])
    held.let_go()
    under_way.outcome(identifier)
    entry, = admin.call("audit.list", {"filter": {"kind": "budget.reset"}})["entries"]
    assert (entry["subject"], entry["actor"]["uid"]) == (id, os.getuid()) and "$0.10" in entry["detail"]
    assert Books(daemon).settled().spent(id) == TEN_CENTS
    for method in ("budgets.get", "budgets.reset"):
        with pytest.raises(RpcFailure) as failure:
            admin.call(method, {"id": "virtual_key/k/usd/daily"})
        assert failure.value.type == "not_found" and id in failure.value.message
        with pytest.raises(RpcFailure) as failure:
            client.call(method, {"id": id})
        assert failure.value.type == "permission_denied"


def test_alerts_are_lines_of_the_log(host):
    daemon, _, client, _ = host({"b": {"scope": "host", "usage_limits": [usd(1, "daily", alert_at=[0.2, 0.3])]}})
    for _ in range(4):
        ask(client, CONFIG)
    lines = [line for line in daemon.log.splitlines() if "reached its alert" in line]
    assert len(lines) == 2 and "budget/b/usd/daily" in lines[0] and "$0.20" in lines[0] and "$0.30" in lines[1]


@pytest.mark.parametrize("alert_at", [0.5, [0.9, 0.5]], ids=["one alert", "several"])
def test_a_keys_limits_count_as_soon_as_they_are_changed(host, alert_at):
    _, _, client, admin = host()
    ask(client, CONFIG)
    for amount, left in ((0.1, 0), (0.3, 1)):
        limit = usd(amount, "total", alert_at=alert_at)
        assert admin.call("virtual_keys.update", {"name": "k", "usage_limits": [limit]})["usage_limits"] == [limit]
        ask(client, CONFIG)
        assert by_id(admin)["virtual_key/k/usd/total"]["left"] == left * TEN_CENTS
    ask(client, CONFIG)
    assert failure_of(client, CONFIG).type == "budget_exceeded"
    # Without limits there is nothing to hold, and what was spent is not forgotten.
    admin.call("virtual_keys.update", {"name": "k", "usage_limits": []})
    ask(client, CONFIG)
    assert by_id(admin) == {}
    admin.call("virtual_keys.update", {"name": "k", "usage_limits": [usd(0.3, "total")]})
    assert failure_of(client, CONFIG).type == "budget_exceeded"


def test_whoever_follows_the_journal_hears_of_alerts_unless_it_asked_for_some_calls_only(host):
    _, _, client, admin = host({"b": {"scope": "host", "usage_limits": [
        {"unit": "requests", "amount": 4, "period": "monthly", "alert_at": [0.5, 1]}]}})
    everything = admin.request("logs.tail", {"after": "0"})
    some = admin.request("logs.tail", {"after": "0", "filter": {"status": 200}})
    # Both have begun when what was asked after them is answered.
    admin.call("system.ping")
    for _ in range(4):
        ask(client, CONFIG)
    heard = {everything: [], some: []}
    while len(heard[everything]) < 6 or len(heard[some]) < 4:
        message = admin.receive()
        heard[message["params"]["id"]].append(message["params"]["chunk"])
    alerts = [chunk["alert"] for chunk in heard[everything] if "alert" in chunk]
    assert [(alert["budget"], alert["unit"], alert["share"], alert["spent"], alert["amount"]) for alert in alerts] == [
        ("budget/b/requests/monthly", "requests", 0.5, 2, 4), ("budget/b/requests/monthly", "requests", 1, 4, 4)]
    assert not any("alert" in chunk for chunk in heard[some])
