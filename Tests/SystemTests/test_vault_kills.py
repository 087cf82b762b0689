# SPDX-License-Identifier: Apache-2.0
"""A few kills of the daemon in the midst of changes of its vault; `soak_vault_kills.py` has thousands."""

import pytest

from vault_kills import VaultKills


@pytest.mark.parametrize("seed", [1, 2])
def test_after_a_kill_every_key_reads_as_its_old_or_its_new_value(wicketd, short_folder, seed):
    run = VaultKills(short_folder(), seed)
    run.run(20)
    assert run.kills == 20
    # The kills fell into changes of all kinds, some before their end and some after it.
    kinds = {outcome.split()[0] for outcome in run.outcomes}
    assert len(kinds) >= 3, run.outcomes
