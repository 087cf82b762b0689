# SPDX-License-Identifier: Apache-2.0
"""A thousand kills of a real daemon in the midst of requests under a budget.

No part of the usual run, whose files begin with `test_`. It is a program:

    WICKETD=.build/release/wicketd .build/system-tests/bin/python -B Tests/SystemTests/soak_ledger_kills.py --kills 1000 --seed 7
"""

from kills import soak
from ledger_kills import LedgerKills

if __name__ == "__main__":
    soak(LedgerKills, __doc__, kills=1000)
