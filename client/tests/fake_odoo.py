"""A server that speaks just enough JSON-2 to misbehave in every way."""

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = "k" * 40


class FakeOdoo:
    """Keeps values like the real verb; ``faults`` are what the next answers do wrong.

    A fault is a status, ``(status, headers)``, ``drop``, ``drop after``, ``hang``,
    ``hang after`` or ``garbage``. What comes ``after`` was done all the same.
    """

    def __init__(self):
        self.values, self.keys, self.faults, self.calls = {}, {}, [], []
        self.release = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                outer.answer(self)

            def log_message(self, *args):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(
            target=self.http.serve_forever, args=[0.01], daemon=True
        ).start()

    def close(self):
        self.release.set()
        self.http.shutdown()
        self.http.server_close()

    def answer(self, handler):
        content = handler.rfile.read(int(handler.headers["Content-Length"]))
        if handler.path.startswith("/xmlrpc"):
            self.write(handler, 404, b"<h1>Not Found</h1>")
            return
        body = json.loads(content)
        method = handler.path.split("/")[-1]
        self.calls.append((method, body, dict(handler.headers)))
        fault = self.faults.pop(0) if self.faults else None
        if fault == "hang":
            self.release.wait(30)
            return
        if fault == "drop":
            handler.connection.shutdown(socket.SHUT_RDWR)
            return
        if isinstance(fault, int):
            fault = fault, {}
        if isinstance(fault, tuple):
            self.write(handler, fault[0], b'{"message": "No."}', fault[1])
            return
        if handler.headers["Authorization"] != f"Bearer {KEY}":
            self.write(handler, 401, b'{"message": "Invalid apikey"}')
            return
        result = getattr(self, method)(**body)
        if fault == "hang after":
            self.release.wait(30)
        elif fault == "drop after":
            handler.connection.shutdown(socket.SHUT_RDWR)
        elif fault == "garbage":
            self.write(handler, 200, b"<html>Please log in to the hotel's WiFi</html>")
        else:
            self.write(handler, 200, json.dumps(result).encode())

    def write(self, handler, status, content, headers=None):
        handler.send_response(status)
        headers = {"Content-Length": len(content), **(headers or {})}
        for name, value in headers.items():
            handler.send_header(name, str(value))
        handler.end_headers()
        handler.wfile.write(content)

    def context_get(self):
        return {"uid": 7}

    def search_read(self, **_arguments):
        return [{"id": 7, "login": "loader"}]

    def load_values(self, rows, key=None, dry_run=False):
        if key not in self.keys or key is None:
            self.keys[key] = [
                {"row": at, **self.put(row)} for at, row in enumerate(rows)
            ]
        return self.keys[key]

    def put(self, row):
        if str(row["partner"]).startswith("nobody"):
            reason = f"No customer “{row['partner']}”."
            return {"status": "refused", "reason": reason}
        at = row["partner"], row["indicator"]
        old = self.values.get(at)
        self.values[at] = row["raw"], row.get("date")
        if old == self.values[at]:
            return {"status": "unchanged"}
        return {"status": "updated" if old else "created"}
