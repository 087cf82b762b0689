# SPDX-License-Identifier: Apache-2.0
"""The tests' own client: bytes in, bytes out, every line shown to the recorder. It can be as rude as a test needs."""

import json
import socket


class RpcFailure(Exception):
    """An error reply."""

    def __init__(self, error):
        super().__init__(json.dumps(error))
        self.code = error["code"]
        self.message = error["message"]
        self.data = error["data"]
        self.type = error["data"]["type"]


class RpcClient:
    """One connection. A line's frames go to `recorder`; None for a connection whose frames are checked by the test itself.
    `connected` is a socket that somebody else has connected."""

    def __init__(self, path, recorder, *, timeout=60, over=None):
        """:param over: a socket that is connected already."""
        self.socket = over or socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        if not over:
            self.socket.connect(str(path))
        self._conversation = recorder and recorder.conversation()
        self._rest = b""
        self._lines = []
        self._last_id = 0

    def send_bytes(self, data):
        """Bytes as they are, unseen by the recorder."""
        self.socket.sendall(data)

    def send_line(self, line):
        if self._conversation:
            self._conversation.sent(line)
        self.socket.sendall(line + b"\n")

    def send(self, value):
        self.send_line(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())

    def request(self, method, params=None, *, id=None):
        """Sends a request and returns its id."""
        if id is None:
            self._last_id += 1
            id = self._last_id
        message = {"jsonrpc": "2.0", "id": id, "method": method}
        if params is not None:
            message["params"] = params
        self.send(message)
        return id

    def notify(self, method, params):
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def receive_line(self):
        """The next line without its end, or None when the daemon has closed the connection."""
        while not self._lines:
            try:
                data = self.socket.recv(1 << 18)
            except ConnectionResetError:
                return None
            if not data:
                return None
            first, *rest = data.split(b"\n")
            if rest:
                self._lines = [self._rest + first, *rest[:-1]]
                self._rest = rest[-1]
            else:
                self._rest += first
        return self._lines.pop(0)

    def receive(self):
        """The next message, checked; None when the daemon has closed the connection."""
        line = self.receive_line()
        if line is None:
            return None
        if self._conversation:
            self._conversation.received(line)
        return json.loads(line)

    def call(self, method, params=None):
        """The result; raises :class:`RpcFailure`."""
        return self.outcome(self.request(method, params))[1]

    def stream(self, method, params):
        """All chunks and the result; raises :class:`RpcFailure`, with what came before it in `chunks`."""
        return self.outcome(self.request(method, params))

    def outcome(self, identifier):
        """Reads up to the reply of one request; other messages are not expected meanwhile."""
        chunks = []
        while True:
            message = self.receive()
            assert message is not None, "the daemon closed the connection"
            if "method" in message:
                assert message["params"]["id"] == identifier
                chunks.append(message["params"]["chunk"])
                continue
            assert message["id"] == identifier, message
            if "error" in message:
                failure = RpcFailure(message["error"])
                failure.chunks = chunks
                raise failure
            return chunks, message["result"]

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def chat(text="hello", *, model="local/echo", stream=False, provider="local", options=None, **request):
    """Params of a chat with `local`, unless told otherwise."""
    body = {"model": model, "messages": [{"role": "user", "content": text}], **request}
    if stream:
        body["stream"] = True
    chosen = {"provider": provider, **(options or {})} if provider else dict(options or {})
    return {"request": body, "options": chosen} if chosen else {"request": body}
