# SPDX-License-Identifier: Apache-2.0
"""A provider in a process of its own, quick enough for hundreds of requests a second, which a test can kill.

Run with a port it answers chats in OpenAI's form, whole or in three chunks, each with `name` in its text.
"""

import asyncio
import json
import socket
import subprocess
import sys
import time


class ProviderProcess:
    """Keeps its port over `kill` and `start`."""

    def __init__(self, name):
        self.name = name
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        self.process = None
        self.start()

    def start(self):
        self.process = subprocess.Popen([sys.executable, "-B", __file__, str(self.port), self.name], stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self.port)).close()
            except OSError:
                assert self.process.poll() is None and time.monotonic() < deadline
                time.sleep(0.02)

    def kill(self):
        """As a crash would: what was under way breaks off, and nobody listens."""
        self.process.kill()
        self.process.wait()


def main(port, name):
    asyncio.run(_serve(port, name))


async def _serve(port, name):
    async def serve(reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
                body = await reader.readexactly(length)
                if b'"stream":true' in body:
                    writer.write(start)
                    for each in pieces:
                        writer.write(each)
                        await writer.drain()
                        await asyncio.sleep(0.002)
                else:
                    writer.write(whole)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def part(text, finish=None):
        chunk = {
            "id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m",
            "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]}
        data = b"data: " + json.dumps(chunk).encode() + b"\n\n"
        return b"%x\r\n%b\r\n" % (len(data), data)

    start = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    done = b"data: [DONE]\n\n"
    pieces = [part(name), part(" says"), part(" hello", "stop") + b"%x\r\n%b\r\n0\r\n\r\n" % (len(done), done)]
    answer = json.dumps({
        "id": "c", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": name + " says hello"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 2, "completion_tokens": 1, "total_tokens": 3}}).encode()
    whole = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(answer), answer)
    server = await asyncio.start_server(serve, "127.0.0.1", port, backlog=512, reuse_address=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
