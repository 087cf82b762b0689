# SPDX-License-Identifier: Apache-2.0
"""A provider whose every answer is another one, so that a kept answer shows; and calls that go to it by a config with a cache."""

import itertools
import json
import threading
import time

from http_upstream import HTTPUpstream, completion, piece


class CountingProvider(HTTPUpstream):
    """Answers `answer 1`, `answer 2`, …, or what `answers` (a function of the request's body) says; streams on demand.

    `gate`, when it is cleared, holds answers back after the request was read."""

    def __init__(self, answers=None, finish="stop", status=200, pause=0):
        self._numbers = itertools.count(1)
        self.answers, self.finish, self.status, self.pause = answers, finish, status, pause
        self.gate = threading.Event()
        self.gate.set()
        super().__init__(self._answer)

    @property
    def asked(self):
        return len(self.exchanges)

    def _answer(self, exchange):
        request = json.loads(exchange.body)
        text = self.answers(request) if self.answers else f"answer {next(self._numbers)}"
        self.gate.wait(30)
        if self.status != 200:
            return exchange.json({"error": {"message": "no", "type": "x"}}, status=self.status)
        if not request.get("stream"):
            whole = completion(text)
            whole["choices"][0]["finish_reason"] = self.finish
            return exchange.json(whole)
        exchange.start_events()
        for word in text.split(" "):
            exchange.send_event(piece(word + " "))
            time.sleep(self.pause)
        exchange.send_event(piece("", self.finish))
        exchange.end_events()


def asking(key, text="What is the capital of France?", *, cache="simple", stream=False, options=None, **request):
    """Params of a chat whose config has this cache rule."""
    body = {"model": "m", "messages": [{"role": "user", "content": text}], **request}
    if stream:
        body["stream"] = True
    return {"request": body, "options": {"config": {"virtual_key": key, "cache": cache}, **(options or {})}}


def text_of(result):
    return result["response"]["choices"][0]["message"]["content"]


def joined(chunks):
    return "".join(choice["delta"].get("content") or "" for chunk in chunks for choice in chunk["choices"])
