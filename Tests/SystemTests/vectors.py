# SPDX-License-Identifier: Apache-2.0
"""A provider of vectors in OpenAI's form, and the built-in model's own vectors to hold others to."""

import base64
import hashlib
import json
import struct
import subprocess

import places
from http_upstream import HTTPUpstream

PROBE = places.program("WICKET_EMBED", "wicket-embed")


class VectorProvider(HTTPUpstream):
    """Answers `/embeddings` with a vector for each text: that of `meanings[text]`, a number, or one of its own.

    Vectors of different numbers have nothing in common. `status` other than 200 is an error; `pause` is in seconds; `says`
    takes the place of the answer."""

    def __init__(self, meanings=(), *, dimensions=8, status=200, pause=0, says=None):
        self.meanings, self.dimensions, self.status, self.pause, self.says = dict(meanings), dimensions, status, pause, says
        super().__init__(self._answer)

    @property
    def bodies(self):
        return [json.loads(exchange.body) for exchange in self.exchanges]

    @property
    def texts(self):
        return [body["input"] for body in self.bodies]

    def vector(self, text, dimensions):
        meaning = self.meanings.get(text, text)
        digest = hashlib.shake_256(str(meaning).encode()).digest(2 * dimensions)
        return [number / 32768 for number in struct.unpack(f"<{dimensions}h", digest)]

    def _answer(self, exchange):
        request = json.loads(exchange.body)
        if self.pause:
            exchange.wait_for_hang_up(self.pause)
        if self.status != 200:
            return exchange.json({"error": {"message": "no vectors today", "type": "x"}}, status=self.status)
        if self.says is not None:
            return exchange.json(self.says)
        texts = request["input"] if isinstance(request["input"], list) else [request["input"]]
        exchange.json(answer(
            [self.vector(text, request.get("dimensions", self.dimensions)) for text in texts], request["model"]))


def answer(vectors, model="m", tokens=7):
    return {
        "object": "list", "model": model, "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        "data": [{"object": "embedding", "index": index, "embedding": vector} for index, vector in enumerate(vectors)],
    }


def own_vectors(model, texts, pieces=256):
    """What the built-in embedder makes of texts: for each its vector, and how many word pieces it read."""
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    outcome = subprocess.run(
        [PROBE, str(model), "--pieces", str(pieces)], input=lines, capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in outcome.stdout.splitlines()]
    return [(each["vector"], len(each["ids"])) for each in answers]


def as_float(number):
    """A number as the 32 bits that stand for it."""
    return struct.unpack("<f", struct.pack("<f", number))[0]


def decoded(text):
    """The numbers of base64."""
    data = base64.b64decode(text, validate=True)
    return list(struct.unpack(f"<{len(data) // 4}f", data))
