# SPDX-License-Identifier: Apache-2.0
"""Names that lead where a test says: a daemon that sees an `/etc/hosts` of its own, and servers with certificates for its names."""

import socket
import ssl
import subprocess

from daemon_process import Daemon
from http_upstream import HTTPUpstream


def why_not():
    """Why a mount namespace cannot be made here; None when it can."""
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", "mount --bind /etc/hosts /etc/hosts"], capture_output=True, text=True)
    return None if done.returncode == 0 else f"a mount namespace needs root: {done.stderr.strip()}"


class NamedDaemon(Daemon):
    """In a mount namespace of its own, where `hosts` (name to addresses) stands in `/etc/hosts`."""

    def __init__(self, folder, hosts, **more):
        super().__init__(folder, **more)
        lines = [f"{address} {name}" for name, addresses in hosts.items() for address in addresses]
        file = self.folder / "hosts"
        file.write_text("\n".join(["127.0.0.1 localhost", *lines, ""]))
        bind = 'mount --bind "$0" /etc/hosts && exec "$@"'
        self.command = ["unshare", "--mount", "sh", "-c", bind, str(file), *self.command]


class Certificates:
    """An authority, and a certificate of it for some names."""

    def __init__(self, folder, names):
        self.authority, self.certificate, self.key = (folder / name for name in ("ca.pem", "cert.pem", "key.pem"))
        request = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        self._run(*request, "-subj", "/CN=test authority", "-keyout", folder / "ca.key", "-out", self.authority)
        alternatives = "subjectAltName=" + ",".join(f"DNS:{name}" for name in names)
        self._run(
            *request, "-subj", "/CN=test", "-addext", alternatives, "-addext", "basicConstraints=critical,CA:false",
            "-CA", self.authority, "-CAkey", folder / "ca.key", "-keyout", self.key, "-out", self.certificate)

    def _run(self, *command):
        subprocess.run(list(map(str, command)), check=True, capture_output=True)


class TLSUpstream(HTTPUpstream):
    """The same over TLS, at an address of choice."""

    def __init__(self, handler, certificates, address="127.0.0.1"):
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificates.certificate, certificates.key)
        self.connections = 0
        super().__init__(handler, address)

    def _serve(self, connection):
        self.connections += 1
        try:
            secured = self._context.wrap_socket(connection, server_side=True)
        except OSError:
            return connection.close()
        super()._serve(secured)


def own_address():
    """An address of this machine that is not loopback, or None."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("203.0.113.1", 9))  # sends nothing
            return probe.getsockname()[0]
        except OSError:
            return None
