"""The shop's middle tier: counts orders in redis. GET /orders tells the number, POST /orders adds one. Standard library only."""

import json
import os
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def redis(*words):
    """Sends one command and returns its answer (RESP, simple strings and integers)."""
    command = f"*{len(words)}\r\n" + "".join(f"${len(w.encode())}\r\n{w}\r\n" for w in words)
    with socket.create_connection((os.environ["REDIS_HOST"], 6379), timeout=2) as connection, connection.makefile("rwb") as stream:
        for text in (f"*2\r\n$4\r\nAUTH\r\n${len(os.environ['REDIS_PASSWORD'])}\r\n{os.environ['REDIS_PASSWORD']}\r\n", command):
            stream.write(text.encode())
        stream.flush()
        stream.readline()
        line = stream.readline().decode().strip()
        return stream.readline().decode().strip() if line.startswith("$") and line != "$-1" else line[1:]


class Handler(BaseHTTPRequestHandler):
    def answer(self, code, body):
        text = (json.dumps(body) + "\n").encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self):
        if self.path == "/healthz":
            return self.answer(200, {"redis": redis("PING")})
        count = redis("GET", "orders")
        self.answer(200, {"orders": int(count) if count.isdigit() else 0, "served_by": os.environ["POD_NAME"]})

    def do_POST(self):
        self.answer(201, {"orders": int(redis("INCR", "orders")), "served_by": os.environ["POD_NAME"]})

    def log_message(self, pattern, *values):
        print(self.address_string(), pattern % values, flush=True)


ThreadingHTTPServer(("0.0.0.0", 8000), Handler).serve_forever()
