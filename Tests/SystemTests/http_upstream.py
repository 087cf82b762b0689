# SPDX-License-Identifier: Apache-2.0
"""A provider for tests: HTTP on loopback that keeps each request's own bytes and answers as the test says."""

import json
import socket
import threading
import time


class Exchange:
    """One request, with what a handler needs to answer it."""

    def __init__(self, connection, head, body):
        self.connection = connection
        request_line, *lines = head.decode("latin-1").split("\r\n")
        self.method, self.path, _ = request_line.split(" ", 2)
        self.headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            self.headers[name.strip().lower()] = value.strip()
        self.body = body
        #: When the peer was seen to hang up, by `time.monotonic()`.
        self.hung_up_at = None

    def json(self, value, status=200, headers=()):
        self.reply(json.dumps(value, ensure_ascii=False).encode(), status, "application/json", headers)

    def reply(self, body, status=200, kind="application/json", headers=()):
        head = f"HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in headers)
        self.connection.sendall(head.encode() + b"\r\n" + body)

    def start_events(self):
        self.connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")

    def send_event(self, value):
        self.send_piece(b"data: " + json.dumps(value).encode() + b"\n\n")

    def send_piece(self, data):
        self.connection.sendall(b"%x\r\n%b\r\n" % (len(data), data))

    def end_events(self):
        self.send_piece(b"data: [DONE]\n\n")
        self.connection.sendall(b"0\r\n\r\n")

    def wait_for_hang_up(self, seconds=30):
        """Reads until the other side closes; True when it did."""
        self.connection.settimeout(seconds)
        try:
            while self.connection.recv(65536):
                pass
        except ConnectionResetError:
            pass
        except socket.timeout:
            return False
        self.hung_up_at = time.monotonic()
        return True


class HTTPUpstream:
    """Answers every request by `handler(exchange)`, in a thread for each connection. Use as a context manager."""

    def __init__(self, handler, address="127.0.0.1"):
        self._handler = handler
        self._listener = socket.create_server((address, 0), backlog=2048)
        self.port = self._listener.getsockname()[1]
        self.origin = f"http://{address}:{self.port}"
        self.exchanges = []
        self.arrived = threading.Semaphore(0)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        rest = b""
        with connection:
            try:
                while True:
                    while b"\r\n\r\n" not in rest:
                        rest += self._more(connection)
                    head, rest = rest.split(b"\r\n\r\n", 1)
                    exchange = Exchange(connection, head, b"")
                    length = int(exchange.headers.get("content-length", 0))
                    while len(rest) < length:
                        rest += self._more(connection)
                    exchange.body, rest = rest[:length], rest[length:]
                    self.exchanges.append(exchange)
                    self.arrived.release()
                    self._handler(exchange)
            except (OSError, EOFError):
                pass

    def _more(self, connection):
        data = connection.recv(65536)
        if not data:
            raise EOFError
        return data

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)  # or the accepting thread would take one more
        self._listener.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def completion(text="hello", model="m", **message):
    """A minimal answer in OpenAI's form."""
    return {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": model,
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text, **message}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 2, "completion_tokens": 1, "total_tokens": 3},
    }


def piece(text, finish=None):
    """A minimal chunk in OpenAI's form."""
    return {
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m",
        "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}],
    }
