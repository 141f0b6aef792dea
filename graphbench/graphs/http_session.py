"""A session of requests that reads nothing without a bound: no body of a redirect, no headers that never end."""

from __future__ import annotations

import socket
import threading
from typing import Any

import requests
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


def session(agent: str, headers_s: float) -> requests.Session:
    """A session whose responses arrive within `headers_s` seconds, up to their bodies."""
    made = requests.Session()
    # Archives are compressed already, and a range of a compressed response is useless.
    made.headers.update({"Accept-Encoding": "identity", "User-Agent": agent})
    made.hooks["response"].append(_close_redirect)
    for scheme in ("http://", "https://"):
        made.mount(scheme, _Adapter(headers_s))
    return made


def is_temporary(error: BaseException) -> bool:
    """Whether a request failed after it was sent, so that another one may succeed."""
    broken = isinstance(error, requests.ConnectionError) and isinstance(
        error.args[0] if error.args else None, urllib3.exceptions.ProtocolError
    )
    return broken or isinstance(error, requests.ReadTimeout)


def _close_redirect(response: requests.Response, **_: Any) -> None:
    """Close a redirect, whose body requests would read into memory, however long."""
    if response.is_redirect:
        response.close()


class _Adapter(requests.adapters.HTTPAdapter):
    """Ends connections whose headers take too long: the timeout of a socket begins again at each byte."""

    def __init__(self, headers_s: float) -> None:
        self._headers_s = headers_s
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _pools(self._headers_s)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _pools(self._headers_s)
        return manager


def _pools(headers_s: float) -> dict[str, type[HTTPConnectionPool]]:
    def within(connection: Any, getresponse: Any) -> Any:
        late = threading.Event()
        timer = threading.Timer(headers_s, _shut, [connection.sock, late])
        timer.daemon = True
        timer.start()
        try:
            return getresponse()
        finally:
            if late.is_set():  # http.client takes headers that were cut off for complete ones
                raise TimeoutError(f"no complete headers in {headers_s:.0f} s")
            timer.cancel()

    class Plain(HTTPConnection):
        def getresponse(self) -> Any:
            return within(self, super().getresponse)

    class Secure(HTTPSConnection):
        def getresponse(self) -> Any:
            return within(self, super().getresponse)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _shut(sock: socket.socket | None, late: threading.Event) -> None:
    late.set()
    try:
        if sock is not None:
            sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it has ended meanwhile
