"""Servers on loopback that misbehave on purpose: one for the web, one for FTP."""

import http.server
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Handler = http.server.BaseHTTPRequestHandler
Route = Callable[[Handler, int], None]  # the request, and how many there were for this path before


class Server:
    """A threaded web server; `routes` say what each path answers, `asked` what was asked for (path, headers)."""

    def __init__(self) -> None:
        self.routes: dict[str, Route] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        outer = self

        class Handle(Handler):
            def do_GET(self) -> None:  # noqa: N802 (the name that http.server calls)
                before = sum(path == self.path for path, _ in outer.asked)
                outer.asked.append((self.path, dict(self.headers)))
                route = outer.routes.get(self.path)
                if route is None:
                    self.send_error(404)
                else:
                    route(self, before)

            def log_message(self, *_: Any) -> None:
                pass

        self.web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handle)
        self.web.daemon_threads = True

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.web.server_address[1]}{path}"

    def ranges(self, path: str) -> list[str | None]:
        """The Range header of each request for a path."""
        return [headers.get("Range") for asked, headers in self.asked if asked == path]


@contextmanager
def serving() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.web.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.web.shutdown()
        server.web.server_close()


def whole(body: bytes, etag: str | None = '"v1"', **headers: str) -> Route:
    """Answer with the body; ranges are honoured for the version that is asked for."""
    return broken(body, len(body), etag, times=0, **headers)


def broken(body: bytes, after: int, etag: str | None = '"v1"', times: int = 1, **headers: str) -> Route:
    """Hang up after so many bytes, the first `times` times; then answer with what is missing."""

    def route(request: Handler, before: int) -> None:
        start = 0
        asked = request.headers.get("Range", "")
        if asked and etag and request.headers.get("If-Range") == etag:
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
        if start >= len(body) > 0:
            request.send_response(416)
            request.send_header("Content-Range", f"bytes */{len(body)}")
            request.send_header("Content-Length", "0")
            request.end_headers()
            return
        request.send_response(206 if start else 200)
        if start:
            request.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        request.send_header("Content-Length", str(len(body) - start))
        if etag:
            request.send_header("ETag", etag)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        end = min(len(body), start + after) if before < times else len(body)
        request.wfile.write(body[start:end])

    return route


def status(code: int, then: Route | None = None, times: int = 1, **headers: str) -> Route:
    """Answer with a status the first `times` times (always, without `then`)."""

    def route(request: Handler, before: int) -> None:
        if then is not None and before >= times:
            then(request, before)
            return
        request.send_response(code)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return route


def trickle(body: bytes, pause: float) -> Route:
    """One byte at a time."""

    def route(request: Handler, before: int) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        for at in range(len(body)):
            try:
                request.wfile.write(body[at : at + 1])
                request.wfile.flush()
            except OSError:
                return
            time.sleep(pause)

    return route


@contextmanager
def serving_ftp(files: dict[str, bytes], hang_up_after: int | None = None) -> Iterator[tuple[str, list[str]]]:
    """A small FTP server for anonymous reading; yield its address and the commands it got.

    The first transfer breaks off after `hang_up_after` bytes.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    got: list[str] = []
    broke: list[bool] = []

    def talk(control: socket.socket) -> None:
        def say(line: str) -> None:
            control.sendall(f"{line}\r\n".encode())

        passive, rest = None, 0
        say("220 here")
        for raw in control.makefile("r", newline="\r\n"):
            line = raw.strip()
            got.append(line)
            command, _, argument = line.partition(" ")
            body = files.get(argument)
            match command:
                case "USER":
                    say("331 and the password")
                case "PASS" | "TYPE":
                    say("200 good" if command == "TYPE" else "230 welcome")
                case "SIZE" | "MDTM" | "RETR" if body is None:
                    say("550 no such file")
                case "SIZE":
                    say(f"213 {len(body or b'')}")
                case "MDTM":
                    say("213 20200101000000")
                case "REST":
                    rest = int(argument)
                    say("350 from there")
                case "EPSV":
                    passive = socket.create_server(("127.0.0.1", 0))
                    say(f"229 here (|||{passive.getsockname()[1]}|)")
                case "PASV":
                    passive = socket.create_server(("127.0.0.1", 0))
                    high, low = divmod(passive.getsockname()[1], 256)
                    say(f"227 here (127,0,0,1,{high},{low})")
                case "RETR":
                    assert passive is not None and body is not None
                    say("150 it comes")
                    data = passive.accept()[0]
                    short = hang_up_after is not None and not broke
                    broke.append(True)
                    data.sendall(body[rest : rest + hang_up_after] if short else body[rest:])
                    data.close()
                    say("426 broken" if short else "226 done")
                    rest = 0
                case "QUIT":
                    say("221 bye")
                    return
                case _:
                    say("502 not known")

    def accept() -> None:
        while True:
            try:
                control = listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=talk, args=(control,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"ftp://127.0.0.1:{listener.getsockname()[1]}", got
    finally:
        listener.close()
