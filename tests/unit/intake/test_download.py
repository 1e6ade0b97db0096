"""The download against servers that stall, break off, lie, redirect and change their minds."""

import gzip
import hashlib
import json
import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from loopback import Handler, Server, broken, serving, serving_ftp, status, trickle, whole

from resig.errors import ResigError
from resig.intake.download import Patience, fetch, provenance, record_of

BODY = bytes(range(256)) * 4000
QUICK = Patience(tries=3, silence=0.4, window=0.3, least=1000, speak=0.0)


@pytest.fixture
def server() -> Any:
    with serving() as running:
        yield running


class Fetched:
    """One call of fetch: what it said, how long it would have slept, what it left behind."""

    def __init__(self, url: str, folder: Path, name: str = "matrix.tsv", **options: Any) -> None:
        self.said: list[str] = []
        self.slept: list[float] = []
        self.target = folder / "downloads" / name
        self.error = ""
        try:
            fetch(url, self.target, say=self.said.append, sleep=self.slept.append, **{"patience": QUICK, **options})
        except ResigError as error:
            self.error = str(error)
        assert "\n" not in self.error

    @property
    def left(self) -> list[str]:
        return sorted(path.name for path in self.target.parent.iterdir()) if self.target.parent.exists() else []


WHOLE = ["matrix.tsv", "matrix.tsv.json"]


def test_a_file_comes_whole_with_its_record_and_is_not_fetched_again(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.routes["/a"] = whole(BODY)
    got = Fetched(server.url("/a"), tmp_path)
    assert got.target.read_bytes() == BODY
    assert got.left == WHOLE
    sum_ = hashlib.sha256(BODY).hexdigest()
    assert json.loads(record_of(got.target).read_text()) == {
        "url": server.url("/a"),
        "bytes": len(BODY),
        "sha256": sum_,
    }
    assert server.asked[0][1]["Accept-Encoding"] == "identity"
    monkeypatch.setenv("RESIG_OFFLINE", "1")
    again = Fetched(server.url("/a"), tmp_path)
    assert (again.error, len(server.asked)) == ("", 1)


def test_progress_tells_bytes_share_and_time_left(server: Server, tmp_path: Path) -> None:
    server.routes["/a"] = whole(BODY)
    got = Fetched(server.url("/a"), tmp_path)
    assert any("kB of 1.0 MB (" in line and "/s, about 0 s left" in line for line in got.said)
    assert got.said[-1].endswith(f"1.0 MB whole, sha256 {hashlib.sha256(BODY).hexdigest()}")


def test_a_broken_transfer_goes_on_where_it_stopped(server: Server, tmp_path: Path) -> None:
    server.routes["/a"] = broken(BODY, 300_000, times=2)
    got = Fetched(server.url("/a"), tmp_path)
    assert got.target.read_bytes() == BODY
    assert server.ranges("/a") == [None, "bytes=300000-", "bytes=600000-"]
    assert got.left == WHOLE


def test_a_transfer_goes_on_in_the_next_run(server: Server, tmp_path: Path) -> None:
    server.routes["/a"] = broken(BODY, 1000, times=1)
    first = Fetched(server.url("/a"), tmp_path, patience=Patience(tries=1))
    assert f"promised {len(BODY)} bytes and sent 1000" in first.error
    assert "run again to go on from 1.0 kB" in first.error
    assert not first.target.exists()
    second = Fetched(server.url("/a"), tmp_path)
    assert second.target.read_bytes() == BODY
    assert server.ranges("/a") == [None, "bytes=1000-"]


def test_a_finished_part_that_lost_its_name_is_whole(server: Server, tmp_path: Path) -> None:
    server.routes["/a"] = whole(BODY)
    folder = tmp_path / "downloads"
    folder.mkdir()
    (folder / ".matrix.tsv.part").write_bytes(BODY)
    about = {"url": server.url("/a"), "version": {"etag": '"v1"'}, "total": len(BODY)}
    (folder / ".matrix.tsv.part.json").write_text(json.dumps(about))
    got = Fetched(server.url("/a"), tmp_path)
    assert got.target.read_bytes() == BODY
    assert server.ranges("/a") == [f"bytes={len(BODY)}-"]


def test_a_part_of_another_address_is_not_gone_on_with(server: Server, tmp_path: Path) -> None:
    server.routes["/a"] = broken(BODY, 1000, times=9)
    server.routes["/b"] = whole(BODY[::-1])
    Fetched(server.url("/a"), tmp_path, patience=Patience(tries=1))
    got = Fetched(server.url("/b"), tmp_path)
    assert got.target.read_bytes() == BODY[::-1]
    assert server.ranges("/b") == [None]


def test_a_file_that_changed_meanwhile_is_fetched_from_the_start(server: Server, tmp_path: Path) -> None:
    new = BODY[::-1]

    def route(request: Handler, before: int) -> None:
        (broken(BODY, 5000) if before == 0 else whole(new, etag='"v2"'))(request, before)

    server.routes["/a"] = route
    got = Fetched(server.url("/a"), tmp_path)
    assert got.target.read_bytes() == new


def test_a_server_that_resumes_another_version_is_not_believed(server: Server, tmp_path: Path) -> None:
    """It ignores If-Range and sends the end of the new file: the two halves must not be joined."""
    new = BODY[::-1]

    def route(request: Handler, before: int) -> None:
        if before == 0:
            broken(BODY, 5000)(request, 0)
        elif request.headers.get("Range"):
            request.send_response(206)
            request.send_header("Content-Range", f"bytes 5000-{len(new) - 1}/{len(new)}")
            request.send_header("Content-Length", str(len(new) - 5000))
            request.send_header("ETag", '"v2"')
            request.end_headers()
            request.wfile.write(new[5000:])
        else:
            whole(new, etag='"v2"')(request, before)

    server.routes["/a"] = route
    got = Fetched(server.url("/a"), tmp_path)
    assert got.target.read_bytes() == new
    assert "the file has changed on the server: starting over" in got.said[0] + got.said[1] + got.said[2]


def test_without_ranges_or_version_it_starts_over(server: Server, tmp_path: Path) -> None:
    server.routes["/a"] = broken(BODY, 5000, etag=None)
    got = Fetched(server.url("/a"), tmp_path)
    assert got.target.read_bytes() == BODY
    assert server.ranges("/a") == [None, None]


def test_a_weak_version_is_no_ground_to_go_on(server: Server, tmp_path: Path) -> None:
    server.routes["/a"] = broken(BODY, 5000, etag='W/"v1"')
    got = Fetched(server.url("/a"), tmp_path)
    assert got.target.read_bytes() == BODY
    assert server.ranges("/a") == [None, None]


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504])
def test_errors_that_pass_are_tried_again(server: Server, tmp_path: Path, code: int) -> None:
    server.routes["/a"] = status(code, then=whole(BODY), times=2)
    got = Fetched(server.url("/a"), tmp_path)
    assert got.target.read_bytes() == BODY
    assert got.slept == [1.0, 2.0]


def test_the_server_may_say_how_long_to_wait(server: Server, tmp_path: Path) -> None:
    server.routes["/a"] = status(503, then=whole(BODY), Retry_After="7")
    assert Fetched(server.url("/a"), tmp_path).slept == [7.0]
    server.routes["/b"] = status(503, Retry_After="7200")
    got = Fetched(server.url("/b"), tmp_path, "other.tsv")
    assert "HTTP 503 and asks to wait 120 min; run again then" in got.error
    server.routes["/c"] = status(429, then=whole(BODY), Retry_After="Wed, 21 Oct 2015 07:28:00 GMT")
    assert Fetched(server.url("/c"), tmp_path, "third.tsv").slept == [0.0]


def test_a_server_that_never_recovers_is_one_line_and_no_file(server: Server, tmp_path: Path) -> None:
    server.routes["/a"] = status(503)
    got = Fetched(server.url("/a"), tmp_path)
    assert got.error == (
        f"{server.url('/a')}: could not be fetched in 3 tries (the server answers HTTP 503); "
        f"try again later, or put it at {got.target}"
    )
    assert not got.target.exists()


@pytest.mark.parametrize(("code", "says"), [(401, "asks for a login"), (403, "not allowed"), (404, "not there")])
def test_errors_that_stay_are_not_tried_again(server: Server, tmp_path: Path, code: int, says: str) -> None:
    server.routes["/a"] = status(code)
    got = Fetched(server.url("/a"), tmp_path)
    assert f"HTTP {code}: {'it ' if code == 401 else ''}{says}; check the address, or put the file at" in got.error
    assert len(server.asked) == 1


def test_a_server_that_promises_more_than_it_sends(server: Server, tmp_path: Path) -> None:
    def route(request: Handler, before: int) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(BODY) + 1))
        request.end_headers()
        request.wfile.write(BODY)

    server.routes["/a"] = route
    got = Fetched(server.url("/a"), tmp_path)
    assert f"the server promised {len(BODY) + 1} bytes and sent {len(BODY)}" in got.error
    assert not got.target.exists()
    assert len(server.asked) == 3


def test_chunks_that_break_off(server: Server, tmp_path: Path) -> None:
    def route(request: Handler, before: int) -> None:
        request.protocol_version = "HTTP/1.1"
        request.send_response(200)
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        request.wfile.write(b"400\r\n" + b"x" * 1024 + b"\r\n" + (b"0\r\n\r\n" if before else b""))
        request.close_connection = True

    server.routes["/a"] = route
    got = Fetched(server.url("/a"), tmp_path)
    assert got.target.read_bytes() == b"x" * 1024
    assert len(server.asked) == 2


def test_a_gzip_of_unknown_size_is_read_to_its_end(server: Server, tmp_path: Path) -> None:
    packed = gzip.compress(b"gene\ts1\n" * 5000)

    def route(request: Handler, before: int) -> None:
        request.send_response(200)
        request.end_headers()
        request.wfile.write(packed if before else packed[:-20])

    server.routes["/a"] = route
    got = Fetched(server.url("/a"), tmp_path)
    assert "did not come whole" in got.error
    assert got.left == []
    assert Fetched(server.url("/a"), tmp_path).target.read_bytes() == packed


def test_an_empty_answer_is_no_file(server: Server, tmp_path: Path) -> None:
    server.routes["/a"] = whole(b"")
    got = Fetched(server.url("/a"), tmp_path)
    assert "the server sent an empty file" in got.error
    assert not got.target.exists()


def test_silence_and_trickling_end(server: Server, tmp_path: Path) -> None:
    def silent(request: Handler, before: int) -> None:
        time.sleep(0.8)

    server.routes["/silent"] = silent
    server.routes["/trickle"] = trickle(BODY, 0.02)
    began = time.monotonic()
    two = Patience(tries=1, silence=0.4, window=0.3, least=1000)
    assert "no answer within 0.4 s" in Fetched(server.url("/silent"), tmp_path, patience=two).error
    assert "stalled: " in Fetched(server.url("/trickle"), tmp_path, patience=two).error
    assert time.monotonic() - began < 3


PAGES = [
    b"<!DOCTYPE html>\n<html><head><title>Please log in</title></head></html>",
    b"\n\n  <!-- error -->\n<html lang='en'><title>Please\n log in</title>",
    b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x"><title>Please log in</title>',
]


@pytest.mark.parametrize("page", PAGES)
def test_a_web_page_is_no_data(server: Server, tmp_path: Path, page: bytes) -> None:
    server.routes["/cells.h5ad"] = whole(page + b" " * 2000)
    got = Fetched(server.url("/cells.h5ad"), tmp_path, "cells.h5ad")
    assert "the server sends a web page ('Please log in'), not the file" in got.error
    assert not got.target.exists()


def test_a_file_that_is_not_what_its_name_says(server: Server, tmp_path: Path) -> None:
    server.routes["/cells.h5ad"] = whole(b'{"error": "no such dataset"}')
    got = Fetched(server.url("/cells.h5ad"), tmp_path, "cells.h5ad")
    assert """is not what the name says (it begins '{"error": "no su')""" in got.error


def test_redirections_are_followed_but_not_anywhere(server: Server, tmp_path: Path) -> None:
    server.routes["/data"] = whole(BODY)
    server.routes["/a"] = status(302, Location=server.url("/data"))
    server.routes["/loop"] = status(302, Location="/loop")
    server.routes["/file"] = status(302, Location="file:///etc/passwd")
    server.routes["/ftp"] = status(301, Location="ftp://127.0.0.1/x")
    assert Fetched(server.url("/a"), tmp_path).target.read_bytes() == BODY
    assert "redirects in a circle" in Fetched(server.url("/loop"), tmp_path, "loop").error
    for scheme in ("file", "ftp"):
        got = Fetched(server.url(f"/{scheme}"), tmp_path, scheme)
        assert f"redirects from http to {scheme}" in got.error or "HTTP 302" in got.error
        assert not got.target.exists()


def test_no_redirection_from_https_to_http() -> None:
    from resig.intake.download import _Redirects

    class Request:
        full_url = "https://safe/x"

    with pytest.raises(ResigError, match="redirects from https to http: that is not followed"):
        _Redirects().redirect_request(Request(), None, 302, "", {}, "http://open/x")


def test_sums_are_checked(server: Server, tmp_path: Path) -> None:
    server.routes["/a"] = whole(BODY)
    wrong = "0" * 64
    got = Fetched(server.url("/a"), tmp_path, sha256=wrong)
    assert f"its sha256 is {hashlib.sha256(BODY).hexdigest()}, the config says {wrong}" in got.error
    assert got.left == []
    assert Fetched(server.url("/a"), tmp_path, sha256=hashlib.sha256(BODY).hexdigest()).left == WHOLE


def test_offline_names_the_file_and_its_place(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESIG_OFFLINE", "1")
    got = Fetched(server.url("/a"), tmp_path)
    assert got.error == (
        f"{server.url('/a')}: is not here, and the network is out of bounds (offline); put the file at {got.target}"
    )
    assert server.asked == []


def test_no_network_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    got = Fetched("https://nowhere.example/matrix.tsv", tmp_path)
    assert "could not be fetched in 3 tries (Name or service not known)" in got.error
    assert f"put it at {got.target}" in got.error


def test_two_at_a_time_fetch_once(server: Server, tmp_path: Path) -> None:
    def slowly(request: Handler, before: int) -> None:
        time.sleep(0.2)
        whole(BODY)(request, before)

    server.routes["/a"] = slowly
    threads = [threading.Thread(target=Fetched, args=(server.url("/a"), tmp_path)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "downloads" / "matrix.tsv").read_bytes() == BODY
    assert len(server.asked) == 1


def test_ftp_comes_whole_and_goes_on(tmp_path: Path) -> None:
    with serving_ftp({"/pub/a.tsv": BODY}, hang_up_after=5000) as (url, commands):
        got = Fetched(f"{url}/pub/a.tsv", tmp_path)
        assert (got.error, got.target.read_bytes() == BODY) == ("", True)
        assert "REST 5000" in commands
        missing = Fetched(f"{url}/pub/b.tsv", tmp_path, "b.tsv")
        assert "the server answers '550 no such file'; check the address" in missing.error


def test_what_intake_json_says_and_refuses(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    server.routes["/a.tsv"] = whole(BODY)
    url = server.url("/a.tsv")
    got = Fetched(url, tmp_path)
    Path("samples.tsv").write_text("s\n")
    spec = {"matrix": url, "metadata": "samples.tsv", "sha256": None}
    located = {url: str(got.target), "samples.tsv": "samples.tsv"}
    sum_ = hashlib.sha256(BODY).hexdigest()
    said = {"key": "matrix", "named": url, "url": url, "bytes": len(BODY), "sha256": sum_}
    assert provenance(spec, located) == [said]
    here = {
        "key": "metadata",
        "named": "samples.tsv",
        "url": None,
        "bytes": 2,
        "sha256": hashlib.sha256(b"s\n").hexdigest(),
    }
    assert provenance(spec | {"sha256": {"samples.tsv": here["sha256"]}}, located) == [said, here]
    with pytest.raises(ResigError, match=r"samples.tsv: its sha256 is .* the config says 1"):
        provenance(spec | {"sha256": {"samples.tsv": "1" * 64}}, located)
    got.target.write_bytes(BODY[:-1])
    with pytest.raises(ResigError, match="has changed since it was fetched"):
        provenance(spec, located)
