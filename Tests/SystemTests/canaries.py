# SPDX-License-Identifier: Apache-2.0
"""Keys that can be told from everything else, and the search for them."""

import base64
from pathlib import Path

from rpc_client import RpcClient

#: Long and odd enough to be found by chance nowhere.
CANARIES = {
    "rpc": "sk-canary-Zq7vT2mXc9Lp4Wd8", "cli": "sk-canary-Hn3kR6yBs1Jf5Gu0", "own": "sk-canary-Ea8tMw2oVx7Qi4Cz",
    "new": "canary/Ld5fQ/y8Zu+1Xg3==",  # with slashes, which JSON may escape
}


def forms(secret):
    """The secret as it is, in hexadecimal, and in base64 wherever in a longer text it may stand."""
    raw = secret.encode()
    found = {raw, raw.hex().encode(), raw.hex().upper().encode(), raw[::-1], raw.replace(b"/", b"\\/")}
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw)
        # The first and last characters depend on the neighbours; the middle does not.
        found.add(encoded[4:-4])
        found.add(base64.urlsafe_b64encode(b"\0" * shift + raw)[4:-4])
    return found


def leaks(data):
    return [name for name, secret in CANARIES.items() if any(form in data for form in forms(secret))]


class Listener(RpcClient):
    """Keeps every line that the daemon sent."""

    heard = []

    def receive_line(self):
        line = super().receive_line()
        self.heard.append(line or b"")
        return line


def check_process(daemon):
    """What the daemon shows of itself; its environment and arguments are root's to read."""
    for name in ("environ", "cmdline"):
        assert leaks(Path(f"/proc/{daemon.pid}/{name}").read_bytes()) == [], name


def check_files(daemon):
    files = [path for path in daemon.folder.rglob("*") if path.is_file()]
    assert any(path.is_relative_to(daemon.state) for path in files), "the state directory is empty"
    assert [(str(path), leaks(path.read_bytes())) for path in files if leaks(path.read_bytes())] == []
