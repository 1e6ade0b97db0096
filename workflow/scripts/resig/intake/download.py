"""Files from the web: fetched once, whole, checked and kept; or one clear line.

A transfer that breaks goes on where it stopped, in the same run or in the next one, as long as the server says that
the file is still the same. What has not come whole never carries the file's name.
"""

import contextlib
import email.utils
import errno
import fcntl
import ftplib
import gzip
import http.client
import json
import os
import re
import shutil
import ssl
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import quote, unquote, urlsplit

from resig.errors import ResigError
from resig.files import read_json, settle, sha256_of, write_text
from resig.intake.remote import OFFLINE, address, files_of, is_brought, split_member, sum_for
from resig.logs import said

BLOCK = 1 << 18
PASSING = {408, 425, 429, 500, 502, 503, 504}
NO_WRITING = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES}
MAGIC = {".h5ad": b"\x89HDF", ".h5": b"\x89HDF", ".loom": b"\x89HDF", ".zip": b"PK", ".parquet": b"PAR1"}
PAGE = re.compile(rb"(<!--.*?-->|<\?xml[^>]*>|\s|\xef\xbb\xbf)*<(!doctype\s+html|html|head|body)\b", re.I | re.S)
Say = Callable[[str], None]


@dataclass(frozen=True)
class Patience:
    """How long to wait, in seconds, and how often to try again when a try has brought nothing new."""

    tries: int = 6
    silence: float = 30.0
    window: float = 60.0
    least: int = 20_000  # bytes in a window
    first_wait: float = 1.0
    longest_wait: float = 120.0
    speak: float = 5.0


class PassingError(OSError):
    """Something that may pass: the next try may succeed, after `wait` seconds if the server says so."""

    def __init__(self, why: str, wait: float | None = None) -> None:
        super().__init__(why)
        self.wait = wait


@dataclass(frozen=True)
class Answer:
    """An open transfer: the byte it starts at, the size of the whole file, and what tells one version from another."""

    start: int
    total: int | None
    version: dict[str, str]
    read: Callable[[], bytes]


def is_offline() -> bool:
    """Tell whether the network is out of bounds."""
    return os.environ.get(OFFLINE, "").lower() not in ("", "0", "no", "false")


def record_of(path: str | os.PathLike[str]) -> Path:
    """Return where the record of a fetched file stands: address, bytes, sha256."""
    return Path(f"{os.fspath(path)}.json")


def fetch(
    url: str,
    target: str | os.PathLike[str],
    sha256: str | None = None,
    say: Say | None = None,
    patience: Patience | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Bring `url` to `target`, unless it is there."""
    path, say, patience = Path(target), say or _print, patience or Patience()
    if path.exists():
        return
    if is_offline():
        raise ResigError(
            "is not here, and the network is out of bounds (offline)", where=url, todo=f"put the file at {path}"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    state = path.with_name(f".{path.name}.part.json")
    with _alone(part, say):
        if not path.exists():
            _persist(url, path, part, state, say, patience, sleep)
            _check(url, part, state, sha256)
            size, found = part.stat().st_size, sha256_of(part)
            record = {"url": url, "bytes": size, "sha256": found}
            write_text(record_of(path), json.dumps(record, indent=2) + "\n")
            settle(part, path)
            say(f"{url}: {_size(size)} whole, sha256 {found}")
        _forget(part, state)


def provenance(spec: Mapping[str, Any], located: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return what intake.json says of each file that was fetched or unpacked, or has a sum in the config.

    `located` says where each file that the config names lies. A file that is not the one of the config, or not the
    one that was fetched, is refused.
    """
    told = []
    for key, named in files_of(spec):
        wanted = sum_for(spec, named)
        if not wanted and not is_brought(named):
            continue
        outer, member = split_member(named)
        path = located[named]
        record = read_json(record_of(path)) if is_brought(named) and record_of(path).exists() else {}
        if member is None:
            found = sha256_of(path)
            refuse_other_sum(named, found, wanted)
            if record.get("sha256", found) != found:
                raise ResigError(
                    f"has changed since it was fetched (its sha256 was {record['sha256']})",
                    where=str(path),
                    todo=f"remove it and {record_of(path)} to fetch it again",
                )
            record = {"bytes": Path(path).stat().st_size, "sha256": found}
        # Of a member it is the archive's record: that is what was downloaded.
        about = {each: record.get(each) for each in ("bytes", "sha256")}
        told.append({"key": key, "named": named, "url": address(outer)} | about)
    return told


def refuse_other_sum(named: str, found: str, wanted: str | None) -> None:
    """Refuse a file whose sha256 is not the one that the config gives."""
    if wanted and found != wanted:
        raise ResigError(
            f"its sha256 is {found}, the config says {wanted}",
            where=named,
            todo="the file has changed, or the sum is of another file; correct the config once you know which",
        )


def _persist(
    url: str, path: Path, part: Path, state: Path, say: Say, patience: Patience, sleep: Callable[[float], None]
) -> None:
    """Try until the file has come whole; tries are counted from the last one that brought something new."""
    furthest, tries = -1, 0
    while True:
        try:
            _receive(url, part, state, say, patience)
            return
        except (OSError, EOFError, ftplib.Error, http.client.HTTPException) as error:
            hiccup = _judged(error, url, path, patience)
        have = part.stat().st_size
        tries = 1 if have > furthest >= 0 else tries + 1
        furthest = max(furthest, have)
        if tries >= patience.tries:
            going_on = (
                f"run again to go on from {_size(have)}" if have and _read_state(state, url) else "try again later"
            )
            raise ResigError(
                f"could not be fetched in {tries} tries ({hiccup})", where=url, todo=f"{going_on}, or put it at {path}"
            )
        wait = (
            min(patience.first_wait * 2 ** (tries - 1), patience.longest_wait) if hiccup.wait is None else hiccup.wait
        )
        say(f"{url}: {hiccup}; try {tries + 1} of {patience.tries} in {wait:.0f} s")
        sleep(wait)


def _receive(url: str, part: Path, state: Path, say: Say, patience: Patience) -> None:
    """One try: ask for what is missing, and write it down as it comes."""
    kept = _read_state(state, url)
    part.touch()
    have = part.stat().st_size if kept.get("version") else 0
    connect = _ftp if urlsplit(url).scheme.lower() == "ftp" else _http
    with connect(url, have, kept, patience.silence) as answer, part.open("r+b") as handle:
        handle.truncate(answer.start)
        handle.seek(answer.start)
        write_text(state, json.dumps({"url": url, "version": answer.version, "total": answer.total}) + "\n")
        _refuse_full_disk(part, answer, url)
        got, began = answer.start, time.monotonic()
        told = mark = began
        at_mark = got
        head = b""
        while block := answer.read():
            if got == len(head) < 1024:
                head += block[:1024]
                _refuse_stranger(head, url)
            handle.write(block)
            got += len(block)
            now = time.monotonic()
            if now - mark > patience.window:
                if got - at_mark < patience.least:
                    raise PassingError(f"stalled: {got - at_mark} bytes in {now - mark:.0f} s")
                mark, at_mark = now, got
            if now - told >= patience.speak:
                told = now
                say(f"{url}: {_progress(got, answer, now - began)}")
        handle.flush()
    if answer.total is not None and got != answer.total:
        raise PassingError(f"the server promised {answer.total} bytes and sent {got}")
    if got == 0:
        raise PassingError("the server sent an empty file")


@contextmanager
def _http(url: str, have: int, kept: dict[str, Any], silence: float) -> Iterator[Answer]:
    """Ask a web server for a file from byte `have` on, if it is still the version that was begun."""
    headers = {"User-Agent": "resig", "Accept-Encoding": "identity"}
    version = kept.get("version", {})
    if have:
        headers |= {"Range": f"bytes={have}-", "If-Range": version.get("etag") or version.get("modified")}
    request = urllib.request.Request(quote(url.partition("#")[0], safe=":/?&=%+,;@!$'()*~[]"), headers=headers)
    try:
        response = urllib.request.build_opener(_Redirects).open(request, timeout=silence)
    except urllib.error.HTTPError as error:
        whole = re.fullmatch(r"bytes \*/(\d+)", error.headers.get("Content-Range", ""))
        if error.code == 416 and whole and int(whole[1]) == have:  # all of it had come
            yield Answer(have, have, version, lambda: b"")
            return
        if error.code == 416:
            _forget_version(kept)
            raise PassingError("the file has changed on the server: starting over") from None
        raise
    with response:
        etag = response.headers.get("ETag", "")
        found = {
            key: value
            for key, value in (
                ("etag", "" if etag.startswith("W/") else etag),
                ("modified", response.headers.get("Last-Modified", "")),
            )
            if value
        }
        length = response.headers.get("Content-Length", "")
        start, total = 0, int(length) if length.isdigit() else None
        if response.status == 206:
            span = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
            size = None if span is None or span[2] == "*" else int(span[2])
            same = all(version[key] == found[key] for key in version.keys() & found.keys())
            if span is None or int(span[1]) != have or not same or (kept.get("total") or size) != size:
                _forget_version(kept)
                raise PassingError("the file has changed on the server: starting over")
            start, total = have, size
        yield Answer(start, total, found, lambda: response.read1(BLOCK))


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Redirections, ten at most, never to a file and never from https to http."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        before, after = urlsplit(req.full_url).scheme, urlsplit(newurl).scheme
        if after not in ("http", "https") or (before, after) == ("https", "http"):
            raise ResigError(
                f"redirects from {before} to {after}: that is not followed",
                where=req.full_url,
                todo=f"if you trust it, name that address itself: {newurl}",
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


@contextmanager
def _ftp(url: str, have: int, kept: dict[str, Any], silence: float) -> Iterator[Answer]:
    """Ask an FTP server for a file from byte `have` on, if size and time are still those that were begun."""
    parts = urlsplit(url)
    with ftplib.FTP(timeout=silence) as server:
        server.connect(parts.hostname or "", parts.port or ftplib.FTP_PORT)
        server.login()
        server.voidcmd("TYPE I")
        path = unquote(parts.path)
        if re.search(r"[\r\n]", path):
            raise ResigError("has a line break in it", where=url)
        total = version = None
        with contextlib.suppress(ftplib.error_perm):
            total = server.size(path)
            version = server.voidcmd(f"MDTM {path}").split()[-1]
        found = {"modified": version} if version else {}
        start = have if have and found == kept.get("version") and total == kept.get("total") else 0
        connection = server.transfercmd(f"RETR {path}", rest=start or None)
        with connection:
            connection.settimeout(silence)
            yield Answer(start, total, found, lambda: connection.recv(BLOCK))
        server.voidresp()  # whether the server thinks that it sent all


def _judged(error: Exception, url: str, path: Path, patience: Patience) -> PassingError:
    """Tell what may pass from what will not; raise the latter."""
    by_hand = f"check the address, or put the file at {path}"
    if isinstance(error, PassingError):
        return error
    if isinstance(error, urllib.error.HTTPError):
        error.close()
        if error.code in PASSING:
            wait = _retry_after(error.headers.get("Retry-After", ""))
            if wait is not None and wait > patience.longest_wait:
                raise ResigError(
                    f"the server answers HTTP {error.code} and asks to wait {said(wait)}",
                    where=url,
                    todo="run again then",
                ) from None
            return PassingError(f"the server answers HTTP {error.code}", wait)
        if "infinite loop" in str(error):
            raise ResigError("redirects in a circle, or too often", where=url, todo=by_hand) from None
        meaning = {401: ": it asks for a login", 403: ": not allowed", 404: ": not there", 410: ": no longer there"}
        raise ResigError(
            f"the server answers HTTP {error.code}{meaning.get(error.code, '')}", where=url, todo=by_hand
        ) from None
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, ssl.SSLCertVerificationError):
        raise ResigError(
            f"the server's certificate is not valid ({reason.verify_message})", where=url, todo=by_hand
        ) from None
    if isinstance(reason, ftplib.error_perm):
        raise ResigError(f"the server answers '{reason}'", where=url, todo=by_hand) from None
    if isinstance(reason, OSError) and (reason.filename is not None or reason.errno in NO_WRITING):
        raise ResigError(
            f"cannot be written ({reason.strerror})", where=str(path), todo="check space and rights"
        ) from None
    if isinstance(reason, TimeoutError):
        return PassingError(f"no answer within {patience.silence:g} s")
    said_by_system = reason.strerror if isinstance(reason, OSError) else None
    return PassingError(said_by_system or " ".join(str(reason).split()) or type(reason).__name__)


def _retry_after(text: str) -> float | None:
    if text.strip().isdigit():
        return float(text)
    with contextlib.suppress(ValueError, TypeError):
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    return None


def _refuse_stranger(head: bytes, url: str) -> None:
    """Refuse what the name does not promise: an error page sent as if it were the file, for one."""
    name = urlsplit(url).fragment or urlsplit(url).path
    todo = "open the address in a browser: it may ask for a login, or the file may have moved"
    if PAGE.match(head) and not name.lower().endswith((".html", ".htm")):
        title = re.search(rb"<title[^>]*>\s*(.*?)\s*</title", head, re.I | re.S)
        called = f" ('{' '.join(title[1].decode('utf-8', 'replace').split())[:80]}')" if title else ""
        raise ResigError(f"the server sends a web page{called}, not the file", where=url, todo=todo)
    magic = next((magic for ending, magic in MAGIC.items() if name.lower().endswith(ending)), b"")
    if len(head) >= 8 and not head.startswith(magic):
        shown = head[:16].decode("ascii", "backslashreplace")
        raise ResigError(f"what the server sends is not what the name says (it begins '{shown}')", where=url, todo=todo)


def _refuse_full_disk(part: Path, answer: Answer, url: str) -> None:
    free = shutil.disk_usage(part.parent).free
    if answer.total is not None and answer.total - answer.start > free:
        raise ResigError(
            f"needs {_size(answer.total - answer.start)}, and {_size(free)} are free",
            where=str(part.parent),
            todo=f"make room for {url}, or name another folder (downloads.folder)",
        )


def _check(url: str, part: Path, state: Path, sha256: str | None) -> None:
    """Refuse a file that came to its end and still is not the right one, or not whole."""
    found = sha256_of(part)
    if sha256 and found != sha256:
        _forget(part, state)
    refuse_other_sum(url, found, sha256)
    if not sha256 and read_json(state)["total"] is None and part.open("rb").read(2) == b"\x1f\x8b":
        try:
            with gzip.open(part) as handle:
                while handle.read(BLOCK):
                    pass
        except (OSError, EOFError) as error:
            _forget(part, state)
            raise ResigError(f"did not come whole ({error})", where=url, todo="run again") from None


@contextmanager
def _alone(part: Path, say: Say) -> Iterator[None]:
    """Let one process at a time fetch a file; another one waits, and then finds it there."""
    try:
        handle = part.open("ab")
    except OSError as error:
        raise ResigError(
            f"cannot be written ({error.strerror})", where=str(part.parent), todo="check downloads.folder"
        ) from None
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say(f"{part.parent}: waiting for another process that fetches the same file")
            with contextlib.suppress(OSError):  # a file system without locks
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _read_state(state: Path, url: str) -> dict[str, Any]:
    """Return what is known of the part that has come, if it came from this address."""
    with contextlib.suppress(OSError, ValueError):
        kept = read_json(state)
        if kept["url"] == url:
            return kept | {"path": state}
    return {}


def _forget_version(kept: dict[str, Any]) -> None:
    Path(kept["path"]).unlink(missing_ok=True)


def _forget(part: Path, state: Path) -> None:
    part.unlink(missing_ok=True)
    state.unlink(missing_ok=True)


def _progress(got: int, answer: Answer, seconds: float) -> str:
    speed = (got - answer.start) / max(seconds, 1e-9)
    if answer.total is None:
        return f"{_size(got)}, {_size(speed)}/s (the server does not say how much there is)"
    left = said((answer.total - got) / max(speed, 1e-9))
    return (
        f"{_size(got)} of {_size(answer.total)} ({got / max(answer.total, 1):.0%}), {_size(speed)}/s, about {left} left"
    )


def _size(n: float) -> str:
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if n >= size:
            return f"{n / size:.1f} {unit}"
    return f"{n:.0f} bytes"


def _print(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def say_to(terminal: TextIO) -> Say:
    """Return a way to say a line both in the log and on the terminal."""

    def say(line: str) -> None:
        _print(line)
        print(line, file=terminal, flush=True)

    return say
