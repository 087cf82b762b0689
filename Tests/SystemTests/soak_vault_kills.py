# SPDX-License-Identifier: Apache-2.0
"""Thousands of kills of a real daemon in the midst of changes of its vault.

No part of the usual run, whose files begin with `test_`. It is a program:

    WICKETD=.build/release/wicketd .build/system-tests/bin/python -B Tests/SystemTests/soak_vault_kills.py --kills 10000 --seed 7
"""

import argparse
import shutil
import tempfile
import time

import places
from vault_kills import VaultKills


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", help="where the daemon's folder is made; a file system in memory is quicker")
    given = parser.parse_args()
    assert places.WICKETD, "there is no wicketd: build it (swift build), or name it with WICKETD"
    folder = tempfile.mkdtemp(prefix="wk-", dir=given.folder)
    begun = time.monotonic()
    run = VaultKills(folder, given.seed)
    try:
        run.run(given.kills)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        each = (time.monotonic() - begun) / max(1, run.kills)
        print(f"{run.kills} kills, {each * 1000:.0f} ms each, seed {given.seed}, {len(run.masters)} master keys, {run.outcomes}")


if __name__ == "__main__":
    main()
