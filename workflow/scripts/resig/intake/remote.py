"""What a path of the config means: a file here, an address on the web, a GEO accession, or a member of an archive.

data/matrix.tsv                      a file here
https://host/path/matrix.tsv.gz      fetched once into the folder of downloads, then read from there
https://host/data/123#matrix.tsv     the same, kept under the name after `#` (the server never sees it)
GSE12345                             the series matrix of a GEO series
GSE12345-GPL570                      the same of one platform, where a series has several
GSE12345/GSE12345_counts.txt.gz      a supplementary file of a GEO series (GSM123456/... of a GEO sample)
data/archive.tar!path/in/archive     a file in a .tar, .tar.gz, .tgz, .tar.bz2, .tar.xz or .zip, here or on the web
data/archive.tar!folder/             a folder in it
"""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

GEO = "https://ftp.ncbi.nlm.nih.gov/geo"
FILES = ("matrix", "metadata", "probes")  # keys of a dataset that name files
UNPACKED = "unpacked"
OFFLINE = "RESIG_OFFLINE"
_SCHEMES = ("http://", "https://", "ftp://")
_ACCESSION = re.compile(r"(?P<series>GSE\d+)(?P<platform>-GPL\d+)?|(?P<sample>GSM\d+)")
_ARCHIVE = re.compile(r"(?P<archive>.+?\.(?:tar|tar\.gz|tgz|tar\.bz2|tar\.xz|zip)(?:#[^!]*)?)!(?P<member>.*)", re.I)
_WHOLE_ARCHIVE = re.compile(r"\.(tar|tar\.gz|tgz|tar\.bz2|tar\.xz|zip)$", re.I)
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+=@-]*")


def address(text: str) -> str | None:
    """Return the address on the web that a path of the config means, or None for a file here."""
    if text.lower().startswith(_SCHEMES):
        return text
    accession, _, name = text.partition("/")
    found = _ACCESSION.fullmatch(accession)
    if not found or "/" in name or os.path.lexists(text):
        return None
    if found["sample"]:
        return f"{GEO}/samples/{_group(accession)}/{accession}/suppl/{name}" if name else None
    series = found["series"]
    folder = f"{GEO}/series/{_group(series)}/{series}"
    if not name:
        return f"{folder}/matrix/{accession}_series_matrix.txt.gz"
    return f"{folder}/{'matrix' if name.endswith('_series_matrix.txt.gz') else 'suppl'}/{name}"


def split_member(text: str) -> tuple[str, str | None]:
    """Split `archive!member`; the member of anything else is None."""
    found = _ARCHIVE.fullmatch(text)
    return (found["archive"], found["member"]) if found and not os.path.lexists(text) else (text, None)


def is_brought(text: str) -> bool:
    """Tell whether something must be fetched or unpacked before it can be read."""
    outer, member = split_member(text)
    return member is not None or address(outer) is not None


def local_path(text: str, downloads: str) -> str:
    """Return where the thing lies on this machine, or will lie once it is fetched and unpacked."""
    outer, member = split_member(text)
    if member is not None:
        inside = PurePosixPath(*(part for part in PurePosixPath(member).parts if part not in ("/", "..")))
        return f"{downloads}/{UNPACKED}/{_name_of(outer)}.{_short_hash(outer)}/{inside}"
    url = address(outer)
    return f"{downloads}/{place_of(url)}" if url else text


def place_of(url: str) -> str:
    """Return the path of an address below the folder of downloads: host and path; a hash where that is not all."""
    parts = urlsplit(url)
    folders = [unquote(part) for part in PurePosixPath(parts.path).parts if part != "/"]
    name = parts.fragment or (folders[-1] if folders else "index")
    steps = [parts.netloc.replace(":", "_").lower(), *folders[:-1], name]
    clean = [step if _SAFE.fullmatch(step) else re.sub(r"[^A-Za-z0-9._+=@-]", "_", step).lstrip(".") for step in steps]
    if parts.query or parts.fragment or clean != steps:
        clean.insert(-1, _short_hash(url))
    return "/".join(step or "_" for step in clean)


def archive_here(text: str) -> str | None:
    """Return the archive on this machine out of which something comes, if it is one."""
    outer, member = split_member(text)
    return outer if member is not None and address(outer) is None else None


def files_of(spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (key, path) for each file that a dataset's config names."""
    for key in FILES:
        value = spec.get(key)
        each = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else [value]
        yield from ((key, path) for path in each if isinstance(path, str))


def to_fetch(specs: Iterable[Mapping[str, Any]]) -> dict[str, tuple[str, str | None]]:
    """Return what comes from the web, by the place below `downloads` where it will lie: address and sha256."""
    found = {}
    for spec in specs:
        for _, named in files_of(spec):
            url = address(split_member(named)[0])
            if url:
                found[place_of(url)] = (url, sum_for(spec, named))
    return found


def to_unpack(specs: Iterable[Mapping[str, Any]], downloads: str) -> dict[str, tuple[str, str, str | None]]:
    """Return what comes out of archives, by the place where it will lie: archive, member and the archive's sha256."""
    found = {}
    for spec in specs:
        for _, named in files_of(spec):
            archive, member = split_member(named)
            if member:
                place = local_path(named, downloads).removeprefix(f"{downloads}/{UNPACKED}/")
                found[place] = (archive, member, sum_for(spec, named))
    return found


def problem_with(text: str) -> str | None:
    """Say what is wrong with an address or an archive's member, if anything is."""
    outer, member = split_member(text)
    url = address(outer)
    if url:
        parts = urlsplit(url)
        if not parts.hostname:
            return f"'{text}' names no host; expected such as https://host/path/matrix.tsv.gz"
        if parts.username or parts.password:
            return f"'{parts.hostname}': an address with a user name or password is not read; download the file by hand"
    if member is None and _WHOLE_ARCHIVE.search(outer):
        return f"'{text}' is an archive; name the file in it, such as '{text}!path/in/archive'"
    if member == "":
        return f"'{text}' names nothing in the archive; expected such as '{outer}!path/in/archive'"
    if member is not None and (member.startswith("/") or ".." in PurePosixPath(member).parts):
        return f"'{member}' would leave the archive's folder; name a path inside '{outer}'"
    return None


def sum_for(spec: Mapping[str, Any], named: str) -> str | None:
    """Return the sha256 that the config gives for a file, in small letters."""
    given = spec.get("sha256")
    if isinstance(given, Mapping):
        given = given.get(named) or given.get(split_member(named)[0])
    elif named not in (spec["matrix"], split_member(str(spec["matrix"]))[0]):
        given = None
    return str(given).lower() if given else None


def sum_problems(spec: Mapping[str, Any]) -> Iterator[str]:
    """Say what is wrong with the `sha256` of a dataset, if anything is."""
    given = spec.get("sha256")
    if given is None:
        return
    names = list(dict.fromkeys(path for _, path in files_of(spec)))
    if not isinstance(given, Mapping) and not isinstance(spec["matrix"], str):
        yield "is one sum, but there are several files; write a block with one line for each: file: sum"
        return
    pairs = given.items() if isinstance(given, Mapping) else [(spec["matrix"], given)]
    for name, value in pairs:
        if name not in {*names, *(split_member(each)[0] for each in names)}:
            yield f"'{name}' is no file of this dataset; its files: {', '.join(names)}"
        if not re.fullmatch(r"[0-9a-fA-F]{64}", str(value)):
            yield f"'{value}' is not a sha256 sum (64 characters of 0-9 and a-f)"


def _group(accession: str) -> str:
    """GEO keeps a thousand accessions in a folder: GSE12345 in GSE12nnn, GSE123 in GSEnnn."""
    return f"{accession[:3]}{accession[3:-3]}nnn"


def _name_of(text: str) -> str:
    url = address(text)
    return PurePosixPath(place_of(url) if url else text).name


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:10]
