# SPDX-License-Identifier: Apache-2.0
"""Where the daemon's sockets are."""

from __future__ import annotations

import os
import stat
from typing import List, Optional

from .errors import DaemonUnavailableError

USE = ("WICKET_SOCKET", "wicket.sock")
ADMIN = ("WICKET_ADMIN_SOCKET", os.path.join("admin", "admin.sock"))


def socket_path(explicit: Optional[str] = None, *, admin: bool = False) -> str:
    """The path to connect to: the given one, else the environment's, else the user's socket when it exists, else the system's.

    Raises :class:`DaemonUnavailableError`, which says how to start a daemon, when there is none at the default places.
    """
    variable, name = ADMIN if admin else USE
    given = explicit or os.environ.get(variable)
    if given:
        return _from_url(given)
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    folder = os.path.join(runtime, "wicket") if runtime else f"/tmp/wicket-{os.getuid()}"
    places = [os.path.join(folder, name), os.path.join("/run/wicket", name)]
    if _is_socket(places[0]) and (runtime or _is_private(folder)):
        return places[0]
    if _is_socket(places[1]):
        return places[1]
    raise unavailable(places, variable)


def unavailable(places: List[str], variable: str = USE[0]) -> DaemonUnavailableError:
    """The error for a daemon that is not there."""
    tried = ", ".join(places)
    return DaemonUnavailableError(
        f"No Wicket daemon answers at {tried}. Start one with `wicketd` (or `systemctl --user start wicketd`), "
        f"or name the socket of one that runs with {variable}."
    )


def _is_socket(path: str) -> bool:
    try:
        return stat.S_ISSOCK(os.stat(path).st_mode)
    except PermissionError:
        return True  # the connection will say what is missing
    except OSError:
        return False


def _is_private(folder: str) -> bool:
    """Whether a folder in /tmp, where anybody may make one of any name, is this user's own."""
    try:
        status = os.lstat(folder)
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & 0o022


def _from_url(value: str) -> str:
    return value[len("unix://"):] if value.startswith("unix://") else value
