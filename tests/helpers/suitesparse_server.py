"""A local HTTP server in the layout of the SuiteSparse Matrix Collection, with faults on demand."""

import contextlib
import io
import re
import tarfile
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

INDEX_HEAD = "{}\n08-Oct-2020 17:09:58\n"


def archive(name, matrix):
    """The bytes of `NAME.tar.gz`, with `matrix` as NAME/NAME.mtx; always the same."""
    text = matrix.encode()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=0) as tar:
        member = tarfile.TarInfo(f"{name}/{name}.mtx")
        member.size = len(text)
        tar.addfile(member, io.BytesIO(text))
    return packed.getvalue()


def index(*lines):
    return (INDEX_HEAD.format(len(lines)) + "".join(f"{line}\n" for line in lines)).encode()


class Collection(ThreadingHTTPServer):
    """Serves `files` by path; `misdeeds` happen to the next requests, one each; `requests` tells what was asked."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files = {}
        self.misdeeds = deque()
        self.requests = []
        self.ranges = self.etags = True
        self.gate = None

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}"

    def paths(self):
        return [path for path, _ in self.requests]

    def handle_error(self, request, client_address):
        pass  # A client that hangs up is part of the play.


@contextlib.contextmanager
def serving():
    server = Collection()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        server = self.server
        server.requests.append((self.path, self.headers.get("Range")))
        if server.gate is not None:
            server.gate.wait(10)
        misdeed = server.misdeeds.popleft() if server.misdeeds else None
        if callable(misdeed):  # writes what it likes
            self.close_connection = True
            return misdeed(self.wfile.write)
        if isinstance(misdeed, int):
            return self._answer(misdeed, b"")
        if isinstance(misdeed, str):
            return self._answer(302, b"", Location=misdeed)
        body = server.files.get(self.path)
        if isinstance(misdeed, bytes):
            body = misdeed
        if body is None:
            return self._answer(404, b"")
        status, extra, start = 200, {"ETag": f'"{hash(body)}"'} if server.etags else {}, 0
        if server.ranges and (span := re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))):
            start = int(span[1])
            if start >= len(body):
                return self._answer(416, b"", **{"Content-Range": f"bytes */{len(body)}"})
            if self.headers.get("If-Range") in {None, extra.get("ETag")}:
                status, extra["Content-Range"] = 206, f"bytes {start}-{len(body) - 1}/{len(body)}"
            else:
                start = 0
        rest = body[start:]
        return self._answer(status, rest, cut=misdeed[0] if isinstance(misdeed, tuple) else None, **extra)

    def _answer(self, status, body, cut=None, **headers):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body if cut is None else body[:cut])
        if cut is not None:
            self.wfile.flush()
            self.close_connection = True
