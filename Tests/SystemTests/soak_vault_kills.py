# SPDX-License-Identifier: Apache-2.0
"""Thousands of kills of a real daemon in the midst of changes of its vault.

No part of the usual run, whose files begin with `test_`. It is a program:

    WICKETD=.build/release/wicketd .build/system-tests/bin/python -B Tests/SystemTests/soak_vault_kills.py --kills 10000 --seed 7
"""

from kills import soak
from vault_kills import VaultKills

if __name__ == "__main__":
    soak(VaultKills, __doc__, kills=10_000)
