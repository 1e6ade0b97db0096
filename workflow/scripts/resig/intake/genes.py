"""Which gene each feature of a matrix is: the column of names that says it best, and what a user's probe map adds."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from resig.errors import ResigError, nearest
from resig.intake.labels import Labels
from resig.names import AS_GIVEN, HUMAN, MOUSE, RESOLVED, Found, Names

INDEX = "index"
PROBES = "microarray probes"
FEWEST_RESOLVED = 0.5


@dataclass(frozen=True)
class Identified:
    """What each feature was found to be, in the order of the matrix, and what the report says about it."""

    features: list[str]
    found: list[Found]
    report: dict[str, Any]

    @property
    def remarks(self) -> list[str]:
        """What the user should know, a sentence each."""
        return list(self.report["remarks"])


def identify(
    features: Sequence[str],
    names: Names,
    organism: str,
    assay: str,
    source: str,
    others: Mapping[str, Sequence[str]] | None = None,
    probes: Labels | None = None,
) -> Identified:
    """Find out which genes the features are; `others` are further columns of names, by their title."""
    _refuse_row_numbers(features, source)
    report: dict[str, Any] = {}
    if probes is not None:
        found, report["probes"] = _by_probes(features, names, organism, probes, source)
        column, shares = INDEX, {}
    else:
        columns = {INDEX: features, **(others or {})}
        tried = {title: names.find_all(column, organism) for title, column in columns.items()}
        shares = {title: _share(each) for title, each in tried.items()}
        column = max(shares, key=lambda title: shares[title])
        found = tried[column]
        if column != INDEX:
            found = [_or_itself(each, own) for each, own in zip(found, features, strict=True)]
    if assay == "small_rna":
        found = [_as_mirna(each, names) for each in found]
    kinds = Counter(each.kind for each in found)
    kind, n_kind = kinds.most_common(1)[0]
    _refuse_other_organism(kinds, organism, source)
    if kind == PROBES:
        raise ResigError(
            f"{n_kind} of {len(found)} features are microarray probes such as '{features[_first(found, kind)]}'",
            where=source,
            todo="name a table of probes and symbols: `probes: annotation.tsv`",
        )
    report = {
        "organism": organism,
        "column": column,
        "kind": kind,
        "share": round(n_kind / len(found), 4),
        "resolved": round(_share(found), 4),
        "kinds": dict(kinds.most_common()),
        "columns": {title: round(share, 4) for title, share in shares.items()},
        **report,
        "remarks": list(_remarks(features, found, kinds, column)),
    }
    return Identified(list(features), found, report)


def as_given(features: Sequence[str]) -> Identified:
    """Let each feature keep its name."""
    found = [Found(name.strip(), AS_GIVEN if name.strip() else "unnamed", "names as given") for name in features]
    found = [each if each.symbol else replace(each, note="has no name") for each in found]
    return Identified(list(features), found, {"remarks": []})


def choose_genes(identified: Identified, mean: np.ndarray, sd: np.ndarray, detected: np.ndarray) -> pd.DataFrame:
    """Return genes.tsv: where several features mean one gene, the surest of them stand for it.

    Of these the one with the highest mean is used; where values are counts the others are added to it (`joins`).
    """
    genes = pd.DataFrame(
        {
            "feature": [name.strip() for name in identified.features],
            "symbol": [each.symbol for each in identified.found],
            "how": [each.how for each in identified.found],
            "mean": mean,
            "sd": sd,
            "detected": detected,
            "used": "yes",
            "note": [each.note for each in identified.found],
            "sureness": [each.sureness for each in identified.found],
        }
    )
    named = genes[genes["symbol"] != ""]
    order = named.sort_values(["sureness", "mean"], ascending=[True, False], kind="stable").index
    chosen = pd.Series(order, index=order).groupby(named["symbol"].loc[order]).transform("first").reindex(genes.index)
    genes["used"] = np.where(chosen == genes.index, "yes", "no")
    for row in np.flatnonzero(chosen.notna() & (chosen != genes.index)):
        best = int(chosen[row])
        surer = genes.at[best, "sureness"] < genes.at[row, "sureness"]
        why = "is more surely that gene" if surer else "has the higher mean"
        said = f"duplicate of {genes.at[row, 'symbol']}: feature '{genes.at[best, 'feature']}' {why}"
        genes.at[row, "note"] = _joined(genes.at[row, "note"], said)
    return genes


def joins(genes: pd.DataFrame) -> dict[int, int]:
    """Return which features are added to which where values are counts: equally sure ones of the same gene."""
    used = genes[genes["used"] == "yes"]
    best = pd.Series(used.index, index=used["symbol"])
    others = genes[(genes["used"] == "no") & (genes["symbol"] != "")]
    into = best.reindex(others["symbol"]).to_numpy(dtype=int)
    equal = genes["sureness"].to_numpy()[into] == others["sureness"].to_numpy()
    return dict(zip(others.index[equal].tolist(), into[equal].tolist(), strict=True))


def note_joined(genes: pd.DataFrame, joined: Mapping[int, int]) -> pd.DataFrame:
    """Say in the notes which features were added to which."""
    noted = genes.copy()
    for row, best in joined.items():
        own = genes.at[row, "note"].partition("duplicate of")[0].strip("; ")
        said = f"duplicate of {genes.at[row, 'symbol']}: its counts are added to feature '{genes.at[best, 'feature']}'"
        noted.at[row, "note"] = _joined(own, said)
    for best, count in Counter(joined.values()).items():
        noted.at[best, "note"] = _joined(genes.at[best, "note"], f"sum of {count + 1} features")
    return noted


def _joined(*notes: str) -> str:
    return "; ".join(note for note in notes if note)


def _share(found: Sequence[Found]) -> float:
    return sum(each.resolved for each in found) / max(1, len(found))


def _first(found: Sequence[Found], kind: str) -> int:
    return next(at for at, each in enumerate(found) if each.kind == kind)


def _or_itself(found: Found, feature: str) -> Found:
    """Let a feature keep its own name where the column that was chosen says nothing."""
    if found.how != "unnamed" or not feature.strip():
        return found
    return replace(found, symbol=feature.strip(), how=AS_GIVEN, note="not named in the column that was chosen")


def _as_mirna(found: Found, names: Names) -> Found:
    """Read the symbol of a miRNA gene (MIR221) as its stem-loop: in small RNA data it is one."""
    mirna = names.mirna_of_gene(found.symbol) if found.kind == "human symbols" and found.resolved else None
    return mirna or found


def _refuse_row_numbers(features: Sequence[str], source: str) -> None:
    for start in (0, 1):
        if len(features) > 10 and all(name == str(at) for at, name in enumerate(features, start)):
            raise ResigError(
                f"features are called {start}, {start + 1}, {start + 2} ...: row numbers, not genes",
                where=source,
                todo="write the gene names with the matrix",
            )


def _refuse_other_organism(kinds: Counter[str], organism: str, source: str) -> None:
    human, mouse = (sum(kinds[kind] for kind in group) for group in (HUMAN, MOUSE))
    other, own, called = (mouse, human, "mouse") if organism == "human" else (human, mouse, "human")
    if other > own:
        raise ResigError(
            f"organism: {organism} is set, but {other} of {sum(kinds.values())} features have {called} names "
            f"and {own} have {organism} names",
            where=source,
            todo=f"set organism: {called}"
            + (" (data mapped to human genes are read as human)" if called == "human" else ""),
        )


def _remarks(features: Sequence[str], found: Sequence[Found], kinds: Counter[str], column: str) -> list[str]:
    remarks = []
    resolved = _share(found)
    if resolved < FEWEST_RESOLVED:
        shown = ", ".join(f"'{name}'" for name, each in zip(features, found, strict=True) if each.how not in RESOLVED)
        remarks.append(
            f"only {resolved:.1%} of the features have a name that is known; the others, such as "
            f"{', '.join(shown.split(', ')[:3])}, can be found only by sets that use the same names"
        )
    if kinds["transcripts"] > 0.1 * len(found):
        remarks.append(f"{kinds['transcripts']} features are transcripts: sum them to genes first (tximport)")
    if kinds["damaged names"]:
        row = _first(found, "damaged names")
        remarks.append(f"a spreadsheet has damaged {kinds['damaged names']} names: {found[row].note}")
    repaired = [each for each in found if each.how == "spreadsheet"]
    if repaired:
        remarks.append(f"a spreadsheet has damaged {len(repaired)} names that were mended: {repaired[0].note}")
    ambiguous = [name for name, each in zip(features, found, strict=True) if each.how == "ambiguous"]
    if ambiguous:
        remarks.append(
            f"{len(ambiguous)} names have several meanings and were not resolved: {', '.join(ambiguous[:5])}"
            + (" ..." if len(ambiguous) > 5 else "")
        )
    loops = sum(each.how == "stem_loop" for each in found)
    if loops:
        remarks.append(f"{loops} features are stem-loops, which do not tell the arm: each is read as its main product")
    nameless = sum(each.how == "unnamed" for each in found)
    if nameless:
        remarks.append(f"{nameless} features have no name")
    if column != INDEX:
        remarks.append(f"features are named by column '{column}', whose names are known best")
    return remarks


def _by_probes(
    features: Sequence[str], names: Names, organism: str, probes: Labels, source: str
) -> tuple[list[Found], dict[str, Any]]:
    """Read a user's map: the column that shares most with the features, and the one whose names are known best."""
    wanted = {name.strip() for name in features}
    headed = [name for name in probes.columns if name in wanted]
    if headed:
        raise ResigError(
            f"has no header: its first row holds probe '{headed[0]}'",
            where=probes.source,
            todo="put a line such as `probe<TAB>symbol` above it",
        )
    if len(probes.columns) < 2:
        raise ResigError(
            "has one column only", where=probes.source, todo="a column of probes and one of genes is needed"
        )
    shared = {title: len(wanted & set(probes.load(title))) for title in probes.columns}
    key = max(shared, key=lambda title: shared[title])
    if not shared[key]:
        some = next(iter(wanted))
        raise ResigError(
            f"shares no probe with the matrix (such as '{some}')",
            where=probes.source,
            todo=nearest(some, probes.load(probes.columns[0])[:50], "probes there"),
        )
    ids = probes.load(key)
    rows = [row for row, each in enumerate(ids) if each in wanted]
    candidates = {
        title: names.find_all([probes.load(title)[row] for row in rows], organism)
        for title in probes.columns
        if title != key
    }
    shares = {title: _share(found) for title, found in candidates.items()}
    gene = max(shares, key=lambda title: shares[title])
    if not shares[gene]:
        row = rows[0]
        raise ResigError(
            f"none of its columns ({', '.join(candidates)}) names known genes "
            f"(probe '{ids[row]}': '{probes.load(gene)[row]}')",
            where=probes.source,
            todo=f"a column of symbols, Entrez or Ensembl ids of {organism} genes is needed",
        )
    meaning: dict[str, list[Found]] = {}
    for row, found in zip(rows, candidates[gene], strict=True):
        meaning.setdefault(ids[row], []).append(found)
    given = probes.load(gene)
    called: dict[str, list[str]] = {}
    for row in rows:
        called.setdefault(ids[row], []).append(given[row])
    result = [_of_probe(name.strip(), meaning, called, gene) for name in features]
    unmapped = sum(name not in meaning for name in wanted)
    return result, {
        "file": probes.source,
        "probe_column": key,
        "gene_column": gene,
        "probes_mapped": len(wanted) - unmapped,
        "probes_not_in_map": unmapped,
    }


def _of_probe(name: str, meaning: Mapping[str, list[Found]], called: Mapping[str, list[str]], column: str) -> Found:
    if name not in meaning:
        return Found(name, AS_GIVEN, "probes not in the map", "not in the probe map")
    found = [each for each in meaning[name] if each.symbol]
    symbols = list(dict.fromkeys(each.symbol for each in found))
    said = "/".join(dict.fromkeys(called[name]))
    if not symbols:
        return Found(name, AS_GIVEN, "probes without a gene", f"the probe map names no gene in '{column}'")
    if len(symbols) > 1 or found[0].how == "ambiguous":
        return Found(name, "ambiguous", "probes of several genes", f"the probe map says '{said}': not resolved")
    if not found[0].resolved:
        return Found(symbols[0], AS_GIVEN, "probes of unknown genes", f"the probe map says '{said}': not a known name")
    note = found[0].note if found[0].how != "approved" else ""
    return Found(
        symbols[0], "probe", "probes with a gene", "; ".join(filter(None, [f"the probe map says '{said}'", note]))
    )
