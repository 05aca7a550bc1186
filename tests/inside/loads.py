"""Calls of `manage.py rustaccel load`, and a server that answers them as the path says."""

import json
from http.server import BaseHTTPRequestHandler

from inside.commands import run

ONCE = ("--requests", "1", "--concurrency", "1", "--warm-up", "0")


class Handler(BaseHTTPRequestHandler):
    """Answers as its path says, and remembers what it was sent."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        seen = self.server.seen
        seen[self.path] += 1
        length = int(self.headers.get("Content-Length") or 0)
        self.server.last = (self.command, dict(self.headers), self.rfile.read(length))
        way = self.headers.get("X-Rustaccel")
        later = seen[self.path] > 1
        if self.path == "/drops" and later:
            self.close_connection = True
        elif self.path == "/stalls" and later:
            self.server.is_over.wait(5)
        elif self.path.startswith("/status/"):
            self._send(int(self.path[-3:]), b"", {"Location": "/elsewhere"})
        elif self.path == "/differs":
            self._send(200, b'{"a": 1}' if way == "off" else b'{"a": 2}', {"X-Rustaccel": way})
        elif self.path == "/typed":
            self._send(200, b"", {"X-Rustaccel": way, "Content-Type": f"text/{way}"})
        elif self.path == "/changes":
            self._send(200, str(seen[self.path]).encode(), {"X-Rustaccel": way})
        else:
            headers = {"X-Rustaccel": way} if way and self.path == "/both" else {}
            self._send(200, b"hello", headers)

    do_POST = do_PATCH = do_GET

    def _send(self, status, body, headers):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def load_json(*args):
    out, err, code = run("load", *args, "--json", "-")
    return json.loads(out), err, code
