# SPDX-License-Identifier: Apache-2.0
"""One of two providers dies under load and comes back: callers notice nothing, and the dead one is left alone.

The breaker's shortest time is 30 s; here `targets.trip` shortens it. `soak_outage.py` waits for the real thing.
"""

import pytest

from outage import CONNECTIONS, Callers, Outage
from quick_provider import ProviderProcess
from routed import fallback, loadbalance, until

ONE, TWO = {"virtual_key": "one"}, {"virtual_key": "two"}
CONFIGS = {
    "fallback": fallback(ONE, TWO),
    "loadbalance": loadbalance(fallback(ONE, TWO), fallback(TWO, ONE)),
}
#: Failures in a row that open a breaker which has no rule of its own.
IN_A_ROW = 10


@pytest.fixture
def outage(make_daemon, connect):
    providers = ProviderProcess("one"), ProviderProcess("two")
    daemon = make_daemon()
    yield Outage(daemon, connect(daemon, admin=True), *providers)
    for provider in providers:
        provider.kill()


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_nobody_sees_the_outage_and_the_breaker_opens_and_heals(outage, config):
    callers = Callers(outage.daemon, config)
    try:
        callers.wait_for(300)
        assert callers.answered["one"] > 0 and callers.extra_tries == 0

        # It dies. What is in flight fails over; ten failures in a row open the breaker, which no success comes between.
        outage.one.kill()
        asked = outage.wait_for_state("open")["requests"]

        # Left alone from now on. What it cost: besides the ten, what was in flight when it died, and when the breaker opened.
        callers.wait_for(300)
        assert (outage.target()["requests"], outage.target()["state"]) == (asked, "open")
        assert callers.extra_tries + callers.cut <= IN_A_ROW + 2 * CONNECTIONS

        # A probe while it is still dead: one request, and it is open again, for longer. Its caller gets the other's answer.
        outage.admin.call("targets.trip", {"id": outage.target()["id"], "for_ms": 100})
        opened = outage.wait_for_state("open")
        until(lambda: outage.target()["requests"] > asked)
        callers.wait_for(100)
        assert (outage.target()["requests"], outage.target()["state"]) == (asked + 1, "open")
        assert outage.target()["open_until"] > opened["open_until"]

        # It is back: the first probe closes the breaker, and its share of the calls is its own again.
        outage.one.start()
        before, probes = callers.answered["one"], outage.told("A breaker lets a probe through")
        outage.admin.call("targets.trip", {"id": outage.target()["id"], "for_ms": 100})
        outage.wait_for_state("closed")
        callers.wait_for(300)
        assert outage.told("A breaker lets a probe through") <= probes + 1
        assert outage.told("A breaker closed") == 1
        assert callers.answered["one"] - before > 50
        assert outage.target()["state"] == "closed"
    finally:
        callers.stop()
    assert callers.failures == []
    assert outage.target("two")["state"] == "closed"
    print(f"{callers.count} calls, {callers.cut} streams cut after their first chunk, {callers.extra_tries} extra tries")
