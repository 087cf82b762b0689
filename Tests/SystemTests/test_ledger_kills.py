# SPDX-License-Identifier: Apache-2.0
"""A few kills of the daemon in the midst of requests under a budget; `soak_ledger_kills.py` has thousands."""

import pytest

from ledger_kills import LedgerKills


@pytest.mark.parametrize("seed", [1, 2])
def test_after_a_kill_the_ledger_is_what_the_provider_served(wicketd, short_folder, seed):
    run = LedgerKills(short_folder(), seed)
    run.run(15)
    assert run.kills == 15
    # The kills fell where they are of interest, and the budget was met.
    assert run.cut > 0 and run.acknowledged and run.served
