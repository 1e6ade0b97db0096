"""Companion sets: on request, by name, from a cache with a checksum, and one line without a network."""

import json
import socket
from pathlib import Path

import pandas as pd
import pytest

from resig.companions import FETCH, cached, companions, main
from resig.errors import ResigError
from resig.ledger import COMPANIONS
from resig.tables import MEMBERS, SIGNATURES, read_text_table

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
TABLE = COMPANIONS.read(RESOURCES / "genesets" / "companions.tsv")
FAMILIES = RESOURCES / "nomenclature" / "families.tsv"
NET = pd.DataFrame(
    {
        "source": ["HALLMARK_APOPTOSIS", "HALLMARK_APOPTOSIS", "OTHER"],
        "target": ["BAX", "BID", "A"],
        "weight": 1.0,
    }
)


def no_network(_: str) -> pd.DataFrame:
    raise ConnectionError("network is unreachable")


def test_no_network_is_one_clear_line(tmp_path):
    with pytest.raises(ResigError) as raised:
        companions(["HALLMARK_APOPTOSIS"], TABLE, tmp_path, FAMILIES, {"hallmark": no_network})
    text = str(raised.value)
    assert "\n" not in text
    assert "'hallmark' could not be fetched (ConnectionError: network is unreachable)" in text
    assert "ask for no companions" in text
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("source", sorted(FETCH))
def test_the_real_fetchers_fail_in_one_line_when_no_socket_opens(tmp_path, monkeypatch, source):
    def refuse(*_: object, **__: object) -> None:
        raise OSError("sockets are closed in tests")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with pytest.raises(ResigError, match="could not be fetched"):
        cached(source, tmp_path)


def test_a_source_is_fetched_once_and_then_read_from_the_cache(tmp_path):
    asked = []

    def fetch(source: str) -> pd.DataFrame:
        asked.append(source)
        return NET

    for _ in range(2):
        found = companions(["HALLMARK_APOPTOSIS"], TABLE, tmp_path, FAMILIES, {"hallmark": fetch})
    assert asked == ["hallmark"]
    assert set(found.members["symbol"]) == {"BAX", "BID"}
    assert set(found.signatures["collection"]) == {"companions"}
    SIGNATURES.check(found.signatures, "signatures")
    MEMBERS.check(found.members, "members")
    record = json.loads((tmp_path / "hallmark.json").read_text())
    assert record["sets"] == 2
    assert len(record["sha256"]) == 64


def test_offline_asks_nobody(tmp_path, monkeypatch):
    monkeypatch.setenv("RESIG_OFFLINE", "1")
    with pytest.raises(ResigError, match=r"'hallmark' are not here, and the network is out of bounds"):
        cached("hallmark", tmp_path, {"hallmark": lambda _: NET})
    monkeypatch.delenv("RESIG_OFFLINE")
    cached("hallmark", tmp_path, {"hallmark": lambda _: NET})
    monkeypatch.setenv("RESIG_OFFLINE", "1")
    assert len(cached("hallmark", tmp_path, {"hallmark": no_network})) == len(NET)


def test_a_changed_cache_is_refused(tmp_path):
    cached("hallmark", tmp_path, {"hallmark": lambda _: NET})
    path = tmp_path / "hallmark.tsv"
    path.write_text(path.read_text().replace("BAX", "BAK1"))
    with pytest.raises(ResigError, match="checksum does not fit"):
        cached("hallmark", tmp_path, {"hallmark": no_network})


def test_families_need_no_network(tmp_path):
    found = companions(["FAMILY_NOTCH", "FAMILY_ERK"], TABLE, tmp_path, FAMILIES, {})
    sets = found.members.groupby("signature")["symbol"].agg(set)
    assert sets["FAMILY_NOTCH"] == {"NOTCH1", "NOTCH2", "NOTCH3", "NOTCH4"}
    assert sets["FAMILY_ERK"] == {"MAPK1", "MAPK3"}


def test_names_that_do_not_exist_are_refused_with_the_nearest(tmp_path):
    with pytest.raises(ResigError, match="did you mean 'HALLMARK_APOPTOSIS'"):
        companions(["HALLMARK_APOPTOSI"], TABLE, tmp_path, FAMILIES, {})
    with pytest.raises(ResigError, match="hallmark has no set 'HALLMARK_ANGIOGENESIS'"):
        companions(["HALLMARK_ANGIOGENESIS"], TABLE, tmp_path, FAMILIES, {"hallmark": lambda _: NET})
    with pytest.raises(ResigError, match="came back empty"):
        cached("hallmark", tmp_path / "other", {"hallmark": lambda _: NET.iloc[:0]})


def test_companions_never_enter_the_shipped_sets():
    members = MEMBERS.read(RESOURCES / "genesets" / "members.tsv")
    assert not set(members["signature"]) & set(TABLE["companion"])
    families = read_text_table(FAMILIES)
    assert set(families["family"]) == set(TABLE[TABLE["source"] == "family"]["companion"])


def test_the_command_writes_a_net_or_one_line(tmp_path, capsys, monkeypatch):
    options = [
        *("--out", str(tmp_path / "net.tsv")),
        *("--cache", str(tmp_path / "cache")),
        *("--table", str(RESOURCES / "genesets" / "companions.tsv")),
        *("--families", str(FAMILIES)),
    ]
    assert main(["FAMILY_RAS", *options]) == 0
    net = read_text_table(tmp_path / "net.tsv")
    assert set(net["target"]) == {"HRAS", "KRAS", "NRAS"}
    monkeypatch.setitem(FETCH, "hallmark", no_network)
    assert main(["HALLMARK_APOPTOSIS", *options]) == 1
    told = capsys.readouterr().err
    assert told.startswith("ERROR: companions: ")
    assert told.count("\n") == 1
