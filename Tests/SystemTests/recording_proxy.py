# SPDX-License-Identifier: Apache-2.0
"""A socket in front of the daemon's that shows every line to the recorder, for clients that are programs of their own."""

import socket
import threading

from schema import Violation


class RecordingProxy:
    """Passes bytes on as they come; the recorder's objections are collected in `recorder.violations`."""

    def __init__(self, path, target, recorder):
        self.path = str(path)
        self._target = str(target)
        self._recorder = recorder
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self.path)
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(self._target)
            except OSError:
                client.close()
                server.close()
                continue
            conversation = self._recorder.conversation()
            for source, sink, see in ((client, server, conversation.sent), (server, client, conversation.received)):
                threading.Thread(target=self._pump, args=(source, sink, see), daemon=True).start()

    def _pump(self, source, sink, see):
        rest = b""
        try:
            while True:
                data = source.recv(1 << 16)
                if not data:
                    break
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    if line.strip():
                        self._show(see, line)
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _show(self, see, line):
        try:
            see(line)
        except Violation as violation:
            self._recorder.violations.append(str(violation))
