# SPDX-License-Identifier: Apache-2.0
"""A provider that answers each request as a script says: well, with an error, late, in part, or not at all."""

import json
import threading
import time

from http_upstream import HTTPUpstream, completion, piece


class ScriptedProvider(HTTPUpstream):
    """Takes one step of `script` for each request, then `then` for ever. Steps are functions of an exchange."""

    def __init__(self, *script, then=None, order=None, name=None):
        self._lock = threading.Lock()
        self._script = list(script)
        self._then = then or ok()
        self._order = order
        self._name = name
        super().__init__(self._answer)

    def says(self, *script, then=None):
        """Takes the place of what was left of the script."""
        with self._lock:
            self._script = list(script)
            self._then = then or self._then

    def _answer(self, exchange):
        exchange.arrived_at = time.monotonic()
        with self._lock:
            step = self._script.pop(0) if self._script else self._then
            if self._order is not None:
                self._order.append(self._name)
        step(exchange)

    @property
    def count(self):
        return len(self.exchanges)

    @property
    def bodies(self):
        return [json.loads(exchange.body) for exchange in self.exchanges]

    @property
    def models(self):
        return [body["model"] for body in self.bodies]


def wants_stream(exchange):
    return json.loads(exchange.body).get("stream", False)


def ok(text="hello", **usage):
    """A good answer in the form of the path that was asked, streamed where a stream was asked for."""

    def step(exchange):
        if exchange.path.split("?")[0].endswith("/messages"):
            _message(exchange, text)
        elif wants_stream(exchange):
            chunks(text[:2], text[2:])(exchange)
        else:
            exchange.json(completion(text))

    return step


def chunks(*texts, end=True):
    """A stream of these chunks; without `end` the connection is closed behind the last of them."""

    def step(exchange):
        exchange.start_events()
        for index, text in enumerate(texts):
            exchange.send_event(piece(text, "stop" if end and index == len(texts) - 1 else None))
        if not end:
            raise EOFError
        exchange.end_events()

    return step


def fails(status, message="no", **headers):
    """An error; `retry_after_ms=1` is the header `retry-after-ms: 1`."""
    fields = [(name.replace("_", "-"), value) for name, value in headers.items()]

    def step(exchange):
        exchange.json({"error": {"message": message, "type": "test", "code": status}}, status, fields)

    return step


def hang_up(exchange):
    """No answer at all."""
    raise EOFError


def error_event(exchange):
    """A stream whose first event is an error."""
    exchange.start_events()
    exchange.send_event({"error": {"message": "overloaded", "type": "server_error", "code": 503}})
    exchange.end_events()


def only_comments(exchange):
    """A stream that says that it is there, and nothing else, until the other side hangs up."""
    exchange.start_events()
    exchange.send_piece(b": wait\n\n")
    exchange.wait_for_hang_up()
    raise EOFError


class Held:
    """A step that keeps its requests waiting, for the other side to hang up or the test to let them go."""

    def __init__(self, *, after_chunks=(), answer=None):
        self._chunks = after_chunks
        self._answer = answer
        self._go = threading.Event()
        self.hung_up = threading.Semaphore(0)

    def __call__(self, exchange):
        if self._chunks:
            exchange.start_events()
            for text in self._chunks:
                exchange.send_event(piece(text))
        if self._answer:
            assert self._go.wait(30)
            return self._answer(exchange)
        if exchange.wait_for_hang_up():
            self.hung_up.release()
        raise EOFError

    def let_go(self):
        self._go.set()


def _message(exchange, text):
    message = {
        "id": "msg_1", "type": "message", "role": "assistant", "model": json.loads(exchange.body)["model"], "content": [],
        "stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 3, "output_tokens": 1},
    }
    if not wants_stream(exchange):
        return exchange.json({**message, "content": [{"type": "text", "text": text}], "stop_reason": "end_turn"})
    exchange.start_events()
    for event in (
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": {"output_tokens": 2}},
        {"type": "message_stop"},
    ):
        data = json.dumps(event).encode()
        exchange.send_piece(b"event: %b\ndata: %b\n\n" % (event["type"].encode(), data))
    exchange.connection.sendall(b"0\r\n\r\n")
