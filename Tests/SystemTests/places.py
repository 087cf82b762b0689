# SPDX-License-Identifier: Apache-2.0
"""Where things are: the repository, the programs under test, the recordings."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("WICKET_SHARED", ROOT.parent / "shared"))
OPENRPC = ROOT / "rpc-schema" / "openrpc.json"

sys.path.insert(0, str(ROOT / "Sources" / "python"))


def program(variable, name):
    """The path that the environment names, else the debug build's; None when neither is there.

    A path that was named and is not there is an error: a run that was asked to test something must not skip it.
    """
    named = os.environ.get(variable)
    if named:
        if not os.access(named, os.X_OK):
            raise FileNotFoundError(f"{variable}={named} is not a program")
        return named
    built = ROOT / ".build" / "debug" / name
    return str(built) if built.exists() else None


WICKETD = program("WICKETD", "wicketd")
WICKET = program("WICKET", "wicket")
