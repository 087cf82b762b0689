# SPDX-License-Identifier: Apache-2.0
"""A thousand kills of a real daemon in the midst of requests under a budget.

No part of the usual run, whose files begin with `test_`. It is a program:

    WICKETD=.build/release/wicketd .build/system-tests/bin/python -B Tests/SystemTests/soak_ledger_kills.py --kills 1000 --seed 7
"""

import argparse
import shutil
import tempfile
import time

import places
from ledger_kills import LedgerKills


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", help="where the daemon's folder is made; a file system in memory is quicker")
    given = parser.parse_args()
    assert places.WICKETD, "there is no wicketd: build it (swift build), or name it with WICKETD"
    folder = tempfile.mkdtemp(prefix="wk-", dir=given.folder)
    begun = time.monotonic()
    run = LedgerKills(folder, given.seed)
    try:
        run.run(given.kills)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        each = (time.monotonic() - begun) / max(1, run.kills)
        print(
            f"{run.kills} kills, {each * 1000:.0f} ms each, seed {given.seed}: {run.sent} requests, {len(run.served)} served, "
            f"{len(run.acknowledged)} acknowledged, {run.refused} refused, {run.cut} cut, {run.unseen} of them unseen")


if __name__ == "__main__":
    main()
