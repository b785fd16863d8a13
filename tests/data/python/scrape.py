# SPDX-License-Identifier: Apache-2.0
"""Scrapes a server on this computer with a pool of threads, as the introductions do. Prints what it
counted. Arguments: pages, seconds a page takes, and whether it goes on until its input ends."""

import http.server
import sys
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

PAGES = int(sys.argv[1]) if len(sys.argv) > 1 else 100
LATENCY = float(sys.argv[2]) if len(sys.argv) > 2 else 0.02


class Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        time.sleep(LATENCY)
        if self.path.endswith("7"):
            self.send_error(404)
            return
        body = b"<html>" + b"x" * 1000
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128


server = Server(("127.0.0.1", 0), Pages)
threading.Thread(target=server.serve_forever, daemon=True).start()


def fetch(page):
    with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/{page}") as answer:
        return len(answer.read())


def try_to_fetch(page):
    try:
        return fetch(page)
    except urllib.error.HTTPError:
        return 0


with ThreadPoolExecutor(max_workers=8) as pool:
    good = sum(size > 0 for size in pool.map(try_to_fetch, range(PAGES)))
    futures = [pool.submit(fetch, page) for page in range(PAGES)]
    failed = sum(future.exception() is not None for future in futures)

print(f"tasks {2 * PAGES} failed {failed} good {good}")
server.shutdown()
