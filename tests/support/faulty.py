"""Mail servers and SMS providers that fail as real ones do, on 127.0.0.1.

What goes wrong is chosen by the recipient, so that one run of a queue meets it all.
``accepted`` is the truth from outside: what really arrived.
"""

import json
import re
import socket
import threading
import time
from collections import deque
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

#: Replies to RCPT and to the end of the text, by the first word of the address.
REFUSALS = {
    ("RCPT", "greylisted"): "450 4.2.0 Greylisted, try again later",
    ("RCPT", "unknown"): "550 5.1.1 No such user here",
    ("TEXT", "busy"): "451 4.3.0 Try again later",
    ("TEXT", "spam"): "554 5.7.1 This looks like spam",
}


class FaultySmtp:
    """A mail server. ``healthy`` makes it behave.

    The recipient ``lost`` ends the connection before the text, ``dropped`` after it,
    ``silent`` never answers after it, and ``killer`` calls ``on_accept`` instead, once.
    """

    def __init__(self):
        self.accepted = []
        self.healthy = False
        self.on_accept = None
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self):
        self._socket.close()

    def _listen(self):
        while True:
            try:
                connection, _address = self._socket.accept()
            except OSError:
                return
            threading.Thread(
                target=self._serve, args=(connection,), daemon=True
            ).start()

    def _serve(self, connection):
        # the other side may be killed
        with suppress(OSError), connection, connection.makefile("rwb") as stream:
            self._talk(stream)

    def _talk(self, stream):
        def say(line):
            stream.write(f"{line}\r\n".encode())
            stream.flush()

        recipient = ""
        say("220 faulty.example")
        for line in stream:
            verb = line[:4].upper().strip().decode()
            if verb == "EHLO":
                say("250-faulty.example")
                say("250 AUTH PLAIN LOGIN")
            elif verb == "AUTH":
                say("235 2.7.0 Fine" if self.healthy else "535 5.7.8 Wrong password")
            elif verb == "RCPT":
                recipient = re.search(rb"<(.*?)@", line)[1].decode()
                if recipient == "lost" and not self.healthy:
                    return
                say(self._get_reply("RCPT", recipient))
            elif verb == "DATA":
                say("354 Go on")
                if not self._take(stream, recipient):
                    return
                say(self._get_reply("TEXT", recipient))
            elif verb == "QUIT":
                say("221 Bye")
                return
            else:
                say("250 Fine")

    def _get_reply(self, moment, recipient):
        fault = None if self.healthy else REFUSALS.get((moment, recipient))
        return fault or "250 2.0.0 Fine"

    def _take(self, stream, recipient):
        """Read a text; return whether an answer follows."""
        lines = iter(stream.readline, b".\r\n")
        text = b"".join(lines).decode(errors="replace")
        if self.healthy or ("TEXT", recipient) not in REFUSALS:
            message_id = re.search(r"^Message-Id: *(\S+)", text, re.I | re.M)[1]
            self.accepted.append((recipient, message_id))
        if self.healthy:
            return True
        if recipient == "killer" and self.on_accept:
            callback, self.on_accept = self.on_accept, None
            callback()
            return False
        if recipient == "silent":
            time.sleep(90)
        return recipient not in ("silent", "dropped")


@contextmanager
def mute_server():
    """A port that takes connections and never says a word; yields its number."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


class FaultySms:
    """Stands in for Odoo's SMS service.

    :param states: ``{number: state}`` to answer; 'success' for others
    :param modes: what happens to the next requests: 'slow' (no answer in time), '500',
        'kill' (accepted, then ``on_accept``, no answer); then all are answered
    """

    def __init__(self, states):
        self.states = states
        self.modes = deque()
        self.accepted = []
        self.requests = 0
        self.on_accept = None
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):  # noqa: N802
                provider._answer(self)

            def log_message(self, *_arguments):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, request):
        self.requests += 1
        length = int(request.headers["Content-Length"])
        asked = json.loads(request.rfile.read(length))
        mode = self.modes.popleft() if self.modes else "answer"
        if mode == "500":
            return request.send_error(500)
        if mode == "slow":
            time.sleep(20)
            return None
        results = []
        for message in asked["params"]["messages"]:
            for number in message["numbers"]:
                state = self.states.get(number["number"], "success")
                results.append({"uuid": number["uuid"], "state": state})
                if state == "success":
                    self.accepted.append((number["number"], number["uuid"]))
        if mode == "kill":
            return self.on_accept()
        body = json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": results})
        request.send_response(200)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        return request.wfile.write(body.encode())
