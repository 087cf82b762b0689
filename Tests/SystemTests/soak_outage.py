# SPDX-License-Identifier: Apache-2.0
"""The outage of `test_outage.py` with the breaker's real times: 30 s until the first probe, 60 s after one that failed.

Takes about two minutes and is no part of the usual run, whose files begin with `test_`. To run it:

    WICKETD=.build/debug/wicketd .build/system-tests/bin/python -B -m pytest Tests/SystemTests/soak_outage.py -s
"""

import time

import pytest

from outage import CONNECTIONS, Callers
from test_outage import CONFIGS, IN_A_ROW, outage  # noqa: F401 (a fixture)


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_an_outage_heals_by_itself_within_one_probe(outage, config):  # noqa: F811
    callers = Callers(outage.daemon, config)
    try:
        callers.wait_for(500)
        killed = time.monotonic()
        outage.one.kill()
        asked = outage.wait_for_state("open")["requests"]
        print(f"open after {time.monotonic() - killed:.3f} s")

        # The first probe finds it dead.
        while outage.target()["requests"] == asked:
            time.sleep(0.05)
            assert time.monotonic() < killed + 60
        assert time.monotonic() > killed + 30
        outage.wait_for_state("open")
        callers.wait_for(500)
        assert outage.target()["requests"] == asked + 1
        assert callers.extra_tries + callers.cut <= IN_A_ROW + 2 * CONNECTIONS + 1

        # The second one, a minute later, finds it well.
        outage.one.start()
        outage.wait_for_state("closed", seconds=90)
        assert time.monotonic() > killed + 90
        before = callers.answered["one"]
        callers.wait_for(500)
        assert callers.answered["one"] - before > 100
        assert outage.told("A breaker lets a probe through") in (0, 2)
        assert outage.told("A breaker closed") == 1
    finally:
        callers.stop()
    assert callers.failures == []
    print(f"{callers.count} calls, {callers.cut} streams cut after their first chunk, {callers.extra_tries} extra tries")
