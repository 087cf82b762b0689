# SPDX-License-Identifier: Apache-2.0
"""The program around a run of kills, for more of them than a run of all tests has time for."""

import argparse
import shutil
import tempfile
import time

import places


def soak(kind, description, *, kills):
    """Makes a run of `kind`, `kills` of them unless it is told otherwise, and says at its end, good or bad, how far it came."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=kills)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", help="where the daemon's folder is made; a file system in memory is quicker")
    given = parser.parse_args()
    assert places.WICKETD, "there is no wicketd: build it (swift build), or name it with WICKETD"
    folder = tempfile.mkdtemp(prefix="wk-", dir=given.folder)
    begun = time.monotonic()
    run = kind(folder, given.seed)
    try:
        run.run(given.kills)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        each = (time.monotonic() - begun) / max(1, run.kills)
        print(f"{run.kills} kills, {each * 1000:.0f} ms each, seed {given.seed}: {run.summary()}")
