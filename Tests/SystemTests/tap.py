# SPDX-License-Identifier: Apache-2.0
"""A wire-tap in front of an HTTP server: passes bytes on and keeps those of the client, to prove what really went out."""

import socket
import threading


class Tap:
    """Listens on a port of its own."""

    def __init__(self, host, port):
        self._target = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.origin = "http://127.0.0.1:%d" % self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._sent = {}
        threading.Thread(target=self._accept, daemon=True).start()

    def take(self):
        """What each connection has sent since the last call."""
        with self._lock:
            sent, self._sent = list(self._sent.values()), {}
        return sent

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._target)
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._pump, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self._pump, args=(server, client, False), daemon=True).start()

    def _pump(self, source, sink, keep):
        try:
            while True:
                data = source.recv(1 << 16)
                if not data:
                    break
                if keep:
                    with self._lock:
                        self._sent[source] = self._sent.get(source, b"") + data
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
