# SPDX-License-Identifier: Apache-2.0
"""A peer that plays a script over a Unix socket, for what the daemon never does to a client: bad lines, odd cuts, hang-ups."""

import json
import socket
import threading


class ScriptedPeer:
    """Listens at ``path`` and runs ``script(peer, connection)`` for each connection, each in a thread of its own."""

    def __init__(self, path, script):
        self.path = str(path)
        self.received = []
        self.connections = 0
        self.hung_up = 0
        self._script = script
        self._listen()

    def _listen(self):
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self.path)
        self._listener.listen(64)
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._run, args=(connection,), daemon=True).start()

    def _run(self, connection):
        with connection:
            try:
                with PeerConnection(self, connection) as end:
                    self._script(self, end)
            except (OSError, EOFError):
                pass
        self.hung_up += 1

    def close(self):
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # it was closed before
        self._listener.close()


class PeerConnection:
    """The script's end of one connection."""

    def __init__(self, peer, connection):
        self._peer = peer
        self._socket = connection
        self._file = connection.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def request(self):
        """The next line; raises ``EOFError`` when the client has hung up."""
        line = self._file.readline()
        if not line:
            raise EOFError
        message = json.loads(line)
        self._peer.received.append(message)
        return message

    def send(self, *values):
        for value in values:
            self.send_bytes(json.dumps(value, ensure_ascii=False).encode() + b"\n")

    def send_bytes(self, data):
        self._socket.sendall(data)

    def reply(self, request, result):
        self.send({"jsonrpc": "2.0", "id": request["id"], "result": result})

    def chunk(self, request, chunk):
        self.send({"jsonrpc": "2.0", "method": "chat.completions.chunk", "params": {"id": request["id"], "chunk": chunk}})

    def error(self, request, code, kind, status, **data):
        self.send({"jsonrpc": "2.0", "id": request["id"], "error": {
            "code": code, "message": f"about {kind}", "data": {"type": kind, "status": status, "retryable": False, **data}}})


def serve(handle):
    """A script that answers each request in turn with ``handle(connection, request)``."""

    def script(peer, connection):
        while True:
            handle(connection, connection.request())

    return script
