"""Every table that is written or read: its columns, their types and meanings, and the checks."""

import csv
import gzip
import os
from collections import Counter
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from resig.errors import ResigError, nearest
from resig.files import whole_file

Kind = Literal["text", "integer", "number"]
KINDS = {"text": "a text value", "integer": "a whole number", "number": "a number"}


@dataclass(frozen=True)
class Column:
    """One column: its name, its kind, what it says, and whether a value may be missing."""

    name: str
    kind: Kind
    about: str
    optional: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A tab-separated table with known columns. Missing text is empty, a missing number is NA."""

    name: str
    about: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """Names of the columns, in the order they are written."""
        return [column.name for column in self.columns]

    def check(self, frame: pd.DataFrame, where: str) -> pd.DataFrame:
        """Return the frame with exactly these columns, typed; raise at the first cell that does not fit."""
        for name in self.names:
            if name not in frame.columns:
                raise ResigError(
                    f"column '{name}' is missing",
                    where=where,
                    todo=nearest(name, frame.columns, "columns there"),
                )
        typed = {column.name: _typed(frame[column.name], column, where) for column in self.columns}
        checked = pd.DataFrame(typed, columns=self.names).reset_index(drop=True)
        if self.key:
            twice = checked.duplicated(list(self.key))
            if twice.any():
                row = int(twice.to_numpy().argmax())
                named = ", ".join(f"{name}={checked[name].iloc[row]}" for name in self.key)
                raise ResigError(
                    f"row {row + 2} repeats {named}",
                    where=where,
                    todo="keep one row for each " + " and ".join(self.key),
                )
        return checked

    def write(self, frame: pd.DataFrame, path: str | os.PathLike[str]) -> None:
        """Check and write; rows keep their order, numbers carry ten significant digits."""
        checked = self.check(frame, str(path))
        for column in self.columns:
            if column.kind != "text":
                checked[column.name] = _as_text(checked[column.name], column.kind)
        with whole_file(path) as partial:
            checked.to_csv(partial, sep="\t", index=False, lineterminator="\n")

    def read(self, path: str | os.PathLike[str]) -> pd.DataFrame:
        """Read and check."""
        return self.check(read_text_table(path), str(path))


def read_text_table(path: str | os.PathLike[str], separator: str = "\t") -> pd.DataFrame:
    """Read a delimited file as text alone: nothing is guessed, `NA` stays `NA`, every row has all fields."""
    try:
        _refuse_irregular(path, separator)
        return pd.read_csv(path, sep=separator, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except FileNotFoundError:
        raise ResigError("file not found", where=str(path), todo="check the path") from None
    except (csv.Error, pd.errors.ParserError) as error:
        raise ResigError(f"not a regular table ({error})", where=str(path), todo="check the separators") from None
    except UnicodeDecodeError as error:
        raise ResigError(
            f"not UTF-8 text (byte {error.start})", where=str(path), todo="save it as UTF-8, or decompress it"
        ) from None


def _refuse_irregular(path: str | os.PathLike[str], separator: str) -> None:
    """Find what pandas would mend without a word: rows of another width, columns of the same name."""
    opened = gzip.open if str(path).endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, delimiter=separator)
        header = next(rows, [])
        if not header:
            raise ResigError("file is empty", where=str(path), todo="a header line is needed")
        name, count = Counter(header).most_common(1)[0]
        if count > 1:
            raise ResigError(f"column '{name}' stands there {count} times", where=str(path), todo="rename it")
        for number, row in enumerate(rows, start=2):
            if row and len(row) != len(header):
                what = f"row {number} has {len(row)} fields, the header has {len(header)}"
                raise ResigError(what, where=str(path), todo="check the separators")


def _typed(values: pd.Series, column: Column, where: str) -> pd.Series:
    if column.kind == "text":
        text = values.fillna("").astype(str)
        wrong = ~text.isin(column.choices) if column.choices else text != text
        if column.optional:
            wrong &= text != ""
        elif not column.choices:
            wrong |= text == ""
        _refuse(text, wrong, column, where)
        return text.astype(object)
    blank = values.isna() | values.astype(str).str.strip().isin(["", "NA", "nan", "<NA>"])
    number = pd.to_numeric(values.where(~blank), errors="coerce").astype(float)
    wrong = number.isna() & (~blank if column.optional else True)
    if column.kind == "integer":
        wrong |= number.notna() & (number % 1 != 0)
    _refuse(values.astype(str), wrong, column, where)
    return number.astype("Int64") if column.kind == "integer" else number


def _refuse(values: pd.Series, wrong: pd.Series, column: Column, where: str) -> None:
    if not wrong.any():
        return
    row = int(wrong.to_numpy().argmax())
    value = values.iloc[row]
    expected = f"one of {', '.join(column.choices)}" if column.choices else KINDS[column.kind]
    hint = nearest(value, column.choices) if column.choices and value else f"expected {expected}"
    raise ResigError(f"row {row + 2}, column '{column.name}': '{value}' is not {expected}", where=where, todo=hint)


def _as_text(values: pd.Series, kind: Kind) -> pd.Series:
    if kind == "integer":
        return values.map(lambda value: "NA" if pd.isna(value) else str(int(value)))
    return values.map(lambda value: "NA" if pd.isna(value) else f"{value + 0.0:.10g}")


SIGNATURES = Table(
    "signatures.tsv",
    "One row for each signature of the run.",
    (
        Column("signature", "text", "Identifier, used in every other table."),
        Column("name", "text", "Name for people."),
        Column("collection", "text", "Where it comes from: `resistance` (shipped) or the user's file."),
        Column("document", "text", "Source document of a shipped signature.", optional=True),
        Column("drug", "text", "Drugs it is about.", optional=True),
        Column("cancer", "text", "Cancers it is about.", optional=True),
        Column("context", "text", "Cells or tissue it may be read in.", optional=True),
        Column(
            "assay",
            "text",
            "Assay that measures its members.",
            choices=("mrna", "total_rna", "small_rna", "circ_rna"),
        ),
        Column(
            "tier",
            "text",
            "A usable, B usable with its caveat, C exploratory, X not scoreable, U user's own.",
            choices=("A", "B", "C", "X", "U"),
        ),
        Column("min_members", "integer", "Fewest measured members for a score."),
        Column("n_up", "integer", "Members that are higher in the resistant state."),
        Column("n_down", "integer", "Members that are lower in the resistant state."),
        Column("caveat", "text", "What to keep in mind when reading the score.", optional=True),
        Column("companions", "text", "Public pathway sets to look at beside it, by name.", optional=True),
    ),
    key=("signature",),
)

MEMBERS = Table(
    "members.tsv",
    "One row for each member of each signature.",
    (
        Column("signature", "text", "Identifier of the signature."),
        Column("symbol", "text", "Approved gene symbol, or miRBase mature name, or circRNA name."),
        Column("weight", "number", "Above 0: higher in the resistant state; below 0: lower."),
        Column(
            "flags",
            "text",
            "`stated`, `inferred`, `proxy`, `retracted`, `contradicted`; joined by `;`.",
            optional=True,
        ),
        Column("section", "text", "Sections of the document it stands in.", optional=True),
        Column("evidence", "text", "What the document says, in our words.", optional=True),
    ),
    key=("signature", "symbol"),
)

NOTICES = Table(
    "notices.tsv",
    "One row for each thing that was noticed on reading a user's own gene sets.",
    (
        Column("collection", "text", "The user's file."),
        Column("line", "integer", "Its line."),
        Column("problem", "text", "What was noticed."),
        Column("action", "text", "What was done about it."),
    ),
)

GENES = Table(
    "genes.tsv",
    "One row for each feature of the matrix, in its order: what it was taken for, and whether it is used.",
    (
        Column("feature", "text", "Name in the matrix; empty where it has none.", optional=True),
        Column(
            "symbol",
            "text",
            "Gene it was taken for; its own name where that is not known, empty where it has none.",
            optional=True,
        ),
        Column("how", "text", "How the symbol was found, or why not (docs/methods.md)."),
        Column("used", "text", "Whether this feature stands for its symbol.", choices=("yes", "no")),
        Column("mean", "number", "Mean on the log scale over the observations in use."),
        Column("sd", "number", "Standard deviation on the log scale."),
        Column("detected", "number", "Share of observations with a value other than zero."),
        Column("note", "text", "Why a feature is not used, and what to know about its name.", optional=True),
    ),
)

OBSERVATIONS = Table(
    "observations.parquet",
    "One row for each cell (or bulk sample) in use.",
    (
        Column("observation", "text", "Name of the cell or sample."),
        Column("row", "integer", "Its row in the matrix, from 0."),
        Column("sample", "text", "Biological sample it belongs to."),
        Column("cell_type", "text", "Its cell type; `bulk` in bulk data, `all cells` where no types are given."),
        Column("batch", "text", "Its batch.", optional=True),
        Column("depth", "number", "Sum of its values; NA for log data.", optional=True),
        Column("detected_genes", "integer", "Features with a value other than zero."),
        Column("mito_share", "number", "Share of mitochondrial (MT-) values; NA for log data.", optional=True),
    ),
    key=("observation",),
)

EMBEDDING = Table(
    "embedding.tsv",
    "One row for each cell of the map (all of them, or 50,000 at random): where it lies, for the eye alone.",
    (
        Column("observation", "text", "Name of the cell."),
        Column("sample", "text", "Biological sample it belongs to."),
        Column("cell_type", "text", "Its cell type."),
        Column("umap_1", "number", "First coordinate of the UMAP; NA with fewer than 20 cells.", optional=True),
        Column("umap_2", "number", "Second coordinate.", optional=True),
    ),
    key=("observation",),
)

COVERAGE = Table(
    "coverage.tsv",
    "One row for each signature in each dataset: which members were measured, and what may be scored.",
    (
        Column("dataset", "text", "Name of the dataset."),
        Column("signature", "text", "Identifier of the signature."),
        Column("n_members", "integer", "Members of the signature."),
        Column("n_found", "integer", "Members found in the matrix, by whatever name."),
        Column("n_alias", "integer", "Of these, found by a previous name, an alias or another spelling."),
        Column("n_ortholog", "integer", "Of these, found by an ortholog."),
        Column("n_missing", "integer", "Members not found."),
        Column(
            "n_not_expressed",
            "integer",
            "Members found that never vary in this dataset, all-zero ones included.",
        ),
        Column(
            "n_measured",
            "integer",
            "Members found that vary. Methods that divide by the spread score these, all others every member found.",
        ),
        Column("coverage", "number", "n_measured / n_members."),
        Column("missing", "text", "Members not found or not expressed, joined by `,`.", optional=True),
        Column("scorable", "text", "The answer of the gate.", choices=("yes", "low_power", "no")),
        Column("reason", "text", "Why not, or why with low power.", optional=True),
    ),
    key=("dataset", "signature"),
)

SAMPLE_SCORES = Table(
    "sample_scores.tsv",
    "One row for each biological sample, cell type (and all cells), signature and method: the unit of inference.",
    (
        Column("dataset", "text", "Name of the dataset."),
        Column("sample", "text", "Biological sample."),
        Column("cell_type", "text", "Cell type; `bulk` in bulk data."),
        Column("n_cells", "integer", "Cells averaged; 1 in bulk data."),
        Column("signature", "text", "Identifier of the signature."),
        Column("method", "text", "Scoring method."),
        Column(
            "score",
            "number",
            "Higher is more like the resistant state; NA where not scorable.",
            optional=True,
        ),
        Column("up", "number", "Part of the members that are higher in resistance.", optional=True),
        Column("down", "number", "Part of the members that are lower in resistance.", optional=True),
    ),
    key=("dataset", "sample", "cell_type", "signature", "method"),
)

CONFOUNDERS = Table(
    "confounders.tsv",
    "Technical properties of each biological sample and cell type (means over its cells), and of all its cells.",
    (
        Column("dataset", "text", "Name of the dataset."),
        Column("sample", "text", "Biological sample."),
        Column("cell_type", "text", "Cell type; `bulk` in bulk data."),
        Column("n_cells", "integer", "Cells averaged; 1 in bulk data."),
        Column("depth", "number", "Sum of values of a cell; NA for log data.", optional=True),
        Column("detected_genes", "number", "Features with a value other than zero."),
        Column("mito_share", "number", "Share of mitochondrial values; NA for log data.", optional=True),
        Column("share", "number", "Share of the cells of its sample; 1 in bulk data."),
    ),
    key=("dataset", "sample", "cell_type"),
)

QUALITY = Table(
    "quality.tsv",
    "One row for each cell type and scored signature: whether it behaves as one in this dataset (after sigQC).",
    (
        Column("dataset", "text", "Name of the dataset."),
        Column("cell_type", "text", "Cell type; `bulk` in bulk data."),
        Column("signature", "text", "Identifier of the signature."),
        Column("n_samples", "integer", "Biological samples it was judged in."),
        Column("n_members", "integer", "Members that vary in the dataset."),
        Column("expression", "number", "Mean of their means on the log scale."),
        Column("detection", "number", "Median share of observations with a value other than zero."),
        Column("sd", "number", "Median standard deviation between samples.", optional=True),
        Column("sd_percentile", "number", "Its median percentile among all genes, 0 to 100.", optional=True),
        Column(
            "coherence",
            "number",
            "Median signed Spearman correlation of pairs of members, over samples.",
            optional=True,
        ),
        Column("coherence_matched", "number", "The same for matched random sets (median).", optional=True),
        Column("coherence_p", "number", "Share of matched sets that are as coherent.", optional=True),
        Column("pc1_share", "number", "Share of the members' variance on their first component.", optional=True),
        Column(
            "pc1_agreement",
            "number",
            "Correlation of the signed mean with the first component, without sign.",
            optional=True,
        ),
        Column(
            "methods_agreement",
            "number",
            "Median Spearman correlation of sample scores over pairs of methods.",
            optional=True,
        ),
        Column("flags", "text", "`incoherent`, or why that cannot be told; joined by `;`.", optional=True),
    ),
    key=("dataset", "cell_type", "signature"),
)

VERDICTS = ("supported", "contradicted", "not_specific", "not_separable", "underpowered", "not_measurable")

CONTEXTS = Table(
    "contexts.tsv",
    "One row for each signature in each dataset: which of the cell types it is about, by its `context`.",
    (
        Column("dataset", "text", "Name of the dataset."),
        Column("signature", "text", "Identifier of the signature."),
        Column("context", "text", "Cells or tissue the signature may be read in.", optional=True),
        Column("cell_types", "text", "Cell types of this dataset that are meant, joined by `;`.", optional=True),
        Column(
            "how",
            "text",
            "From `contexts` in the config, by words of their names, all cells (`whole tissue`), or `not found`. Empty "
            "in bulk data, and where the context names no cells.",
            optional=True,
            choices=("config", "by name", "whole tissue", "not found"),
        ),
    ),
    key=("dataset", "signature"),
)

CONTRASTS = Table(
    "contrasts.tsv",
    "One row for each dataset, contrast, cell type, signature and method.",
    (
        Column("dataset", "text", "Name of the dataset."),
        Column("contrast", "text", "Name of the contrast."),
        Column("signature", "text", "Identifier of the signature."),
        Column("method", "text", "Scoring method."),
        Column("cell_type", "text", "Cell type; `bulk` in bulk data."),
        Column(
            "n_resistant",
            "integer",
            "Biological samples in the resistant arm (pairs count once in each arm), or at the last level of a trend.",
            optional=True,
        ),
        Column(
            "n_sensitive",
            "integer",
            "Biological samples in the sensitive arm, or at the first level of a trend.",
            optional=True,
        ),
        Column("n_samples", "integer", "Biological samples the row rests on."),
        Column("effect", "number", "Above 0: higher in the resistant arm, or rising along the levels.", optional=True),
        Column(
            "effect_type",
            "text",
            "What the effect is; docs/methods.md has the definitions.",
            choices=("hedges_g", "trend_g", "spearman", "log_hr"),
        ),
        Column("effect_se", "number", "Standard error of the effect.", optional=True),
        Column("ci_low", "number", "Lower end of its 95 % interval.", optional=True),
        Column("ci_high", "number", "Upper end of its 95 % interval.", optional=True),
        Column(
            "auroc",
            "number",
            "P(a resistant sample scores higher than a sensitive one); never flipped.",
            optional=True,
        ),
        Column("auroc_low", "number", "Lower end of its 95 % interval.", optional=True),
        Column("auroc_high", "number", "Upper end of its 95 % interval.", optional=True),
        Column("n_events", "integer", "Events among the samples (survival).", optional=True),
        Column(
            "concordance",
            "number",
            "P(of two samples the one with the earlier event scores higher); never flipped (survival).",
            optional=True,
        ),
        Column("p", "number", "Two-sided permutation p.", optional=True),
        Column(
            "p_type",
            "text",
            "exact (all arrangements) or monte_carlo.",
            optional=True,
            choices=("exact", "monte_carlo"),
        ),
        Column("fdr", "number", "Benjamini-Hochberg within dataset, contrast and method.", optional=True),
        Column(
            "mde",
            "number",
            "Minimum detectable effect: the true effect that one two-sided test at 0.05 finds in 80 % of cases; NA "
            "where no p below 0.05 is possible.",
            optional=True,
        ),
        Column(
            "meta_effect",
            "number",
            "The effect on the scale that datasets share: over the spread between samples of an arm, whatever pairs, "
            "blocks and covariates take away.",
            optional=True,
        ),
        Column("meta_se", "number", "Its standard error.", optional=True),
        Column(
            "null_p",
            "number",
            "Twice the share of matched random sets with as large an effect in the same direction, at most 1.",
            optional=True,
        ),
        Column(
            "null_percentile",
            "number",
            "Share of matched random sets with a lower effect, ties counting half, 0 to 100.",
            optional=True,
        ),
        Column(
            "top_genes",
            "text",
            "The members that the effect hangs on most, each with the share of it that is lost without it.",
            optional=True,
        ),
        Column(
            "loo_min_effect",
            "number",
            "Least effect, in the direction of the whole one, that is left without one of the members.",
            optional=True,
        ),
        Column(
            "adjusted_effect",
            "number",
            "Least `meta_effect`, in its direction, that is left given one of the nuisances.",
            optional=True,
        ),
        Column(
            "confounded_by",
            "text",
            "Nuisances that differ along the contrast and that take the effect, joined by `;`.",
            optional=True,
        ),
        Column(
            "mix_share",
            "number",
            "For `all cells` beside cell types: share of the difference that is a shift between cell types, not a "
            "change within them. Below 0 or above 1 where the two pull in opposite directions.",
            optional=True,
        ),
        Column("flags", "text", "What to know when reading the row, joined by `;`.", optional=True),
        Column("verdict", "text", "The answer, by the rules in docs/methods.md.", choices=VERDICTS),
    ),
    key=("dataset", "contrast", "cell_type", "signature", "method"),
)

COMPARED = Table(
    "{contrast}.samples.tsv",
    "One row for each biological sample that a contrast rests on, cell type by cell type, and how it enters.",
    (
        Column("dataset", "text", "Name of the dataset."),
        Column("contrast", "text", "Name of the contrast."),
        Column("cell_type", "text", "Cell type; `bulk` in bulk data."),
        Column("sample", "text", "Biological sample."),
        Column("arm", "text", "`resistant` or `sensitive`; of a trend its level; else empty.", optional=True),
        Column("value", "number", "Continuous phenotype, or time of follow-up.", optional=True),
        Column("event", "integer", "1 where the event was seen, 0 where follow-up ended (survival).", optional=True),
        Column("block", "text", "Its pair, patient or block, where the contrast has them.", optional=True),
    ),
    key=("dataset", "contrast", "cell_type", "sample"),
)

COMPOSITION = Table(
    "{contrast}.composition.tsv",
    "One row for each cell type: its share of the cells of each sample, held against the question of a contrast.",
    (
        Column("dataset", "text", "Name of the dataset."),
        Column("contrast", "text", "Name of the contrast."),
        Column("cell_type", "text", "Cell type."),
        Column("n_samples", "integer", "Biological samples the row rests on."),
        *(
            column
            for arm, of in (
                ("", "all of them"),
                ("_resistant", "the resistant arm"),
                ("_sensitive", "the sensitive arm"),
            )
            for column in (
                Column(f"share{arm}", "number", f"Mean share of the cells in samples of {of}.", optional=True),
                Column(f"min_cells{arm}", "number", f"Fewest cells of this type in a sample of {of}.", optional=True),
                Column(f"median_cells{arm}", "number", f"Median of these cells in {of}.", optional=True),
            )
        ),
        Column("effect", "number", "Effect on the log odds of the share, as of a score.", optional=True),
        Column("effect_type", "text", "What the effect is, as in the contrast table."),
        Column("ci_low", "number", "Lower end of its 95 % interval.", optional=True),
        Column("ci_high", "number", "Upper end of its 95 % interval.", optional=True),
        Column("p", "number", "Two-sided permutation p.", optional=True),
        Column("fdr", "number", "Benjamini-Hochberg over the cell types.", optional=True),
        Column("flags", "text", "What to know of the design, joined by `;`.", optional=True),
    ),
    key=("dataset", "contrast", "cell_type"),
)

POOLED = (
    Column(
        "effect",
        "number",
        "Random-effects mean (of `meta_effect` for g); the effect itself where there is one dataset.",
    ),
    Column("ci_low", "number", "Lower end of its 95 % interval (modified Hartung-Knapp from two datasets on)."),
    Column("ci_high", "number", "Upper end of its 95 % interval."),
    Column("p", "number", "p of the mean; NA with one dataset, see its contrast table.", optional=True),
    Column("tau2", "number", "Variance between datasets (of Fisher's z for `spearman`).", optional=True),
    Column("i2", "number", "Share of variation that is between datasets, 0 to 1.", optional=True),
    Column(
        "prediction_low",
        "number",
        "Lower end of the 95 % prediction interval; from three datasets on.",
        optional=True,
    ),
    Column("prediction_high", "number", "Upper end of the 95 % prediction interval.", optional=True),
)
POOLED_SCALE = (
    Column("kind", "text", "Kind of its datasets; the two are never pooled.", choices=("bulk", "single_cell")),
    Column("cell_type", "text", "Cell type; `bulk` in bulk data."),
    Column("signature", "text", "Identifier of the signature."),
    Column("method", "text", "Scoring method."),
    Column("effect_type", "text", "Type of the effects; only equal types are pooled."),
)

NULLS = Table(
    "{contrast}.null.tsv",
    "One row for each row of a contrast that has a score: its effect among those of matched random sets.",
    (
        Column("dataset", "text", "Name of the dataset."),
        Column("contrast", "text", "Name of the contrast."),
        Column("signature", "text", "Identifier of the signature."),
        Column("method", "text", "Scoring method."),
        Column("cell_type", "text", "Cell type; `bulk` in bulk data."),
        Column("n_sets", "integer", "Matched sets with an effect."),
        Column("all_sets", "text", "Whether these are all there are.", optional=True, choices=("yes", "no")),
        Column("effect", "number", "Effect of the signature.", optional=True),
        Column("null_mean", "number", "Mean effect of the matched sets.", optional=True),
        Column("null_sd", "number", "Their standard deviation.", optional=True),
        Column("null_low", "number", "Their 2.5 % quantile.", optional=True),
        Column("null_high", "number", "Their 97.5 % quantile.", optional=True),
        Column("null_min", "number", "Their least effect.", optional=True),
        Column("null_max", "number", "Their greatest effect.", optional=True),
        Column(
            "null_counts",
            "text",
            "Sets in 40 equal bins from `null_min` to `null_max`, joined by `,`: a histogram.",
            optional=True,
        ),
        Column("null_p", "number", "As in the contrast table.", optional=True),
        Column("null_percentile", "number", "As in the contrast table.", optional=True),
        Column("expression", "number", "Mean expression of the members, log scale.", optional=True),
        Column("expression_matched", "number", "The same of the matched sets.", optional=True),
        Column("detection", "number", "Mean share of observations with the member.", optional=True),
        Column("detection_matched", "number", "The same of the matched sets.", optional=True),
        Column("reason", "text", "Why there is no null.", optional=True),
    ),
    key=("dataset", "contrast", "cell_type", "signature", "method"),
)

DRIVERS = Table(
    "{contrast}.genes.tsv",
    "One row for each scored member of each row of a contrast: what the effect is without it.",
    (
        Column("dataset", "text", "Name of the dataset."),
        Column("contrast", "text", "Name of the contrast."),
        Column("signature", "text", "Identifier of the signature."),
        Column("method", "text", "Scoring method."),
        Column("cell_type", "text", "Cell type; `bulk` in bulk data."),
        Column("symbol", "text", "The member."),
        Column("weight", "number", "Its weight in the signature."),
        Column(
            "gene_effect",
            "number",
            "Effect of its log expression, turned by its sign: above 0 along the signature.",
            optional=True,
        ),
        Column("effect", "number", "Effect of the whole signature.", optional=True),
        Column("effect_without", "number", "Effect of the signature without it.", optional=True),
    ),
    key=("dataset", "contrast", "cell_type", "signature", "method", "symbol"),
)

NUISANCE = Table(
    "{contrast}.nuisance.tsv",
    "One row for each score of a contrast and each nuisance that was measured and varies.",
    (
        Column("dataset", "text", "Name of the dataset."),
        Column("contrast", "text", "Name of the contrast."),
        Column("signature", "text", "Identifier of the signature."),
        Column("method", "text", "Scoring method."),
        Column("cell_type", "text", "Cell type; `bulk` in bulk data."),
        Column(
            "nuisance",
            "text",
            "What is held constant.",
            choices=("proliferation", "detected_genes", "depth", "mito_share", "batch", "purity"),
        ),
        Column("n_samples", "integer", "Samples in which it is known."),
        Column("nuisance_effect", "number", "Effect of the contrast on the nuisance itself.", optional=True),
        Column("nuisance_p", "number", "Its permutation p.", optional=True),
        Column("correlation", "number", "Spearman correlation of score and nuisance.", optional=True),
        Column("effect", "number", "Effect on the score in these samples, scaled as `meta_effect`.", optional=True),
        Column("adjusted_effect", "number", "The same given the nuisance.", optional=True),
        Column("adjusted_low", "number", "Lower end of its 95 % interval.", optional=True),
        Column("adjusted_high", "number", "Upper end of its 95 % interval.", optional=True),
        Column("confounds", "text", "Whether the effect may be the nuisance's.", optional=True, choices=("yes", "no")),
        Column("reason", "text", "Why there is no adjusted effect.", optional=True),
    ),
    key=("dataset", "contrast", "cell_type", "signature", "method", "nuisance"),
)

META = Table(
    "meta.tsv",
    "One row for each contrast, cell type, signature and method: its effects over datasets together.",
    (
        Column("contrast", "text", "Name of the contrast."),
        *POOLED_SCALE,
        Column("n_datasets", "integer", "Datasets with an effect."),
        Column("datasets", "text", "Their names, joined by `,`."),
        Column(
            "datasets_without_effect",
            "text",
            "Datasets that were asked and gave no effect that can be weighed.",
            optional=True,
        ),
        *POOLED,
    ),
    key=("contrast", "kind", "cell_type", "signature", "method", "effect_type"),
)

META_LEAVE_ONE_OUT = Table(
    "meta_leave_one_out.tsv",
    "One row for each row of meta.tsv with three datasets or more, and each of them: the same without that dataset.",
    (
        Column("contrast", "text", "Name of the contrast."),
        *POOLED_SCALE,
        Column("left_out", "text", "Dataset that is left out."),
        Column("n_datasets", "integer", "Datasets that remain."),
        *POOLED,
    ),
    key=("contrast", "kind", "cell_type", "signature", "method", "effect_type", "left_out"),
)

META_GROUPS = Table(
    "meta_groups.tsv",
    "One row for each drug or cancer that contrasts carry as a label, and each signature: all its effects together.",
    (
        Column("by", "text", "Label of the config that is grouped by.", choices=("drug", "cancer")),
        Column("group", "text", "Its value."),
        *POOLED_SCALE,
        Column("n_datasets", "integer", "Datasets with an effect; each counts once."),
        Column("n_effects", "integer", "Effects (contrasts of these datasets)."),
        Column("effects", "text", "Which they are, `dataset/contrast`, joined by `,`."),
        *POOLED,
    ),
    key=("by", "group", "kind", "cell_type", "signature", "method", "effect_type"),
)

VERDICT_TABLE = Table(
    "verdicts.tsv",
    "One row for each dataset, contrast, cell type and signature: the answer of the leading method.",
    (
        Column("dataset", "text", "Name of the dataset."),
        Column("contrast", "text", "Name of the contrast."),
        Column("cell_type", "text", "Cell type; `bulk` in bulk data."),
        Column("signature", "text", "Identifier of the signature."),
        Column("name", "text", "Its name for people."),
        Column("tier", "text", "Its tier."),
        Column("verdict", "text", "The answer.", choices=VERDICTS),
        Column("method", "text", "Method the verdict rests on: the first one of the config."),
        Column("effect", "number", "Its effect.", optional=True),
        Column("effect_type", "text", "What the effect is: hedges_g, trend_g, spearman or log_hr."),
        Column("ci_low", "number", "Lower end of its 95 % interval.", optional=True),
        Column("ci_high", "number", "Upper end of its 95 % interval.", optional=True),
        Column("auroc", "number", "Its AUROC.", optional=True),
        Column("fdr", "number", "Its false discovery rate.", optional=True),
        Column(
            "methods_agreeing",
            "text",
            "Methods whose effect has the same sign, of those that give one: `2 of 3`.",
            optional=True,
        ),
        Column("why", "text", "The answer in words."),
        Column("caveat", "text", "What to keep in mind.", optional=True),
    ),
    key=("dataset", "contrast", "cell_type", "signature"),
)

SIGNATURE_VERDICTS = Table(
    "signature_verdicts.tsv",
    "One row for each signature: its answers in verdicts.tsv together, by the rules in docs/methods.md.",
    (
        Column("signature", "text", "Identifier of the signature."),
        Column("name", "text", "Its name for people."),
        Column("tier", "text", "Its tier."),
        Column(
            "verdict",
            "text",
            "The answer over all datasets; `mixed`: supported in one place, contradicted in another.",
            choices=(*VERDICTS, "mixed"),
        ),
        Column(
            "agreement",
            "text",
            "For what was called: `consistent` in two datasets or more, in `one_dataset` only, or `mixed`.",
            optional=True,
            choices=("consistent", "one_dataset", "mixed"),
        ),
        Column("n_datasets", "integer", "Datasets it was asked in."),
        Column("n_answers", "integer", "Answers: datasets, contrasts and cell types."),
        Column("n_able", "integer", "Answers that could have been a call: measurable, and not underpowered."),
        *(Column(f"n_{verdict}", "integer", f"Answers that are `{verdict}`.") for verdict in VERDICTS),
        Column("n_outside_context", "integer", "Answers of cell types it is not about; they are not counted above."),
        Column("datasets_supported", "text", "Datasets with a `supported`, joined by `,`.", optional=True),
        Column("datasets_contradicted", "text", "Datasets with a `contradicted`, joined by `,`.", optional=True),
        Column("why", "text", "The answer in words."),
    ),
    key=("signature",),
)

GENE_SETS = Table(
    "gene_sets.tsv",
    "One row for each gene of each set that enrichment is asked for.",
    (
        Column("gene_set", "text", "Name of the set; signed sets are two, `_UP` and `_DN`."),
        Column("symbol", "text", "Its gene."),
    ),
    key=("gene_set", "symbol"),
)

GENES_RANKED = Table(
    "{contrast}.genes_ranked.tsv",
    "One row for each gene and cell type, by falling statistic; one row without a gene where none could be tested.",
    (
        Column("dataset", "text", "Name of the dataset."),
        Column("contrast", "text", "Name of the contrast."),
        Column("cell_type", "text", "Cell type; `bulk` in bulk data."),
        Column("symbol", "text", "Gene.", optional=True),
        Column("test", "text", "What the statistic is.", choices=("deseq2", "moderated_t")),
        Column(
            "statistic", "number", "Above 0: higher in the resistant arm. Wald statistic or moderated t.", optional=True
        ),
        Column(
            "log_fc", "number", "Difference of the arms, log2 (deseq2) or on the log scale of the data.", optional=True
        ),
        Column("p", "number", "Its p: a model's, not a permutation's.", optional=True),
        Column("fdr", "number", "Benjamini-Hochberg over the genes of the cell type.", optional=True),
        Column("note", "text", "Why there is no statistic, or no p.", optional=True),
    ),
)

GSEA = Table(
    "{contrast}.gsea.tsv",
    "One row for each gene set and cell type, tested or not.",
    (
        Column("dataset", "text", "Name of the dataset."),
        Column("contrast", "text", "Name of the contrast."),
        Column("cell_type", "text", "Cell type; `bulk` in bulk data."),
        Column("gene_set", "text", "Name of the set."),
        Column("n_members", "integer", "Its genes."),
        Column("n_ranked", "integer", "Of these, genes of the ranking."),
        Column(
            "status",
            "text",
            "Whether it was tested.",
            choices=("tested", "too_small", "too_large", "no_ranking"),
        ),
        Column("reason", "text", "Why not.", optional=True),
        Column("es", "number", "Enrichment score; above 0: its genes are higher in the resistant arm.", optional=True),
        Column("nes", "number", "The same over the mean of permuted sets of its size and sign.", optional=True),
        Column(
            "p",
            "number",
            "From permuted genes, never below 1 / (permutations + 1): read docs/methods.md.",
            optional=True,
        ),
        Column("fdr", "number", "Benjamini-Hochberg over the sets of the cell type.", optional=True),
        Column("leading_edge", "text", "Genes up to the peak of the running sum, joined by `,`.", optional=True),
    ),
    key=("cell_type", "gene_set"),
)


_DIRECTIONS = ("resistant", "sensitive", "context")
ALTERATION_CALLS = Table(
    "alterations.tsv",
    "One row for each sample and each alteration that resig knows.",
    (
        Column("dataset", "text", "Name of the dataset."),
        Column("sample", "text", "Sample."),
        Column("alteration", "text", "Identifier in resources/genesets/alterations.tsv."),
        Column("mechanism", "text", "Mechanism it belongs to."),
        Column("name", "text", "Its name for people."),
        Column(
            "direction",
            "text",
            "What the document says it goes with; `context`: neither.",
            choices=_DIRECTIONS,
        ),
        Column(
            "call", "text", "Never `absent` where it was not measured.", choices=("present", "absent", "not_measured")
        ),
        Column("seen", "text", "What was seen in its genes, with the row of the file.", optional=True),
        Column("reason", "text", "Why it is not measured.", optional=True),
        Column("assumption", "text", "What `absent` takes for granted.", optional=True),
        Column("ledger", "text", "Rows of the evidence ledger, joined by `;`."),
    ),
    key=("sample", "alteration"),
)

ALTERATION_EVENTS = Table(
    "alteration_events.tsv",
    "One row for each record of a mutation or fusion in a gene that resig knows, used or not.",
    (
        Column("dataset", "text", "Name of the dataset."),
        Column("sample", "text", "Sample; where it is not in the dataset, its name in the file."),
        Column("in_dataset", "text", "Whether the dataset has this sample.", choices=("yes", "no")),
        Column("assay", "text", "Kind of record.", choices=("variant", "fusion")),
        Column("gene", "text", "Approved symbol."),
        Column("gene_written", "text", "The gene as the file writes it."),
        Column("change", "text", "Change of the protein, or partner of the fusion, as written.", optional=True),
        Column("effect", "text", "Effect as written.", optional=True),
        Column("place", "text", "Where it stands in the file."),
        Column(
            "status",
            "text",
            "What became of it; `silent` records are read and count for nothing.",
            choices=("used", "duplicate", "silent", "unreadable", "no_genotype", "not_used"),
        ),
        Column("note", "text", "Why.", optional=True),
    ),
)

ALTERATION_INPUTS = Table(
    "alteration_inputs.tsv",
    "One row for each file of alterations: what it was, and what did not match.",
    (
        Column("dataset", "text", "Name of the dataset."),
        Column("assay", "text", "What it holds.", choices=("variant", "copy_number", "fusion", "methylation")),
        Column("file", "text", "The file as the config names it."),
        Column("format", "text", "Format that was recognised."),
        Column("values", "text", "What the values of copy number are.", optional=True),
        Column("n_records", "integer", "Records, or rows, of any gene."),
        Column("n_in_genes", "integer", "Of these, in genes that resig knows."),
        Column("n_duplicates", "integer", "Of these, said before."),
        Column("n_unreadable", "integer", "Of these, not understood; they make calls `not_measured`."),
        Column("n_samples", "integer", "Samples of the dataset that were examined."),
        Column("only_in_file", "text", "Samples that the dataset lacks, joined by `,`.", optional=True),
        Column("not_examined", "text", "Samples of the dataset that were not examined, joined by `,`.", optional=True),
        Column("likely_reason", "text", "Why ids may not match.", optional=True),
        Column("genes", "text", "Which genes count as examined."),
        Column("remarks", "text", "What else to know.", optional=True),
    ),
    key=("assay",),
)

ASSAYS = Table(
    "assays.tsv",
    "One row for each assay of a dataset, its own matrix first; written where there are further assays.",
    (
        Column("dataset", "text", "Name of the dataset."),
        Column("assay", "text", "What was measured."),
        Column("file", "text", "Its file, as the config names it."),
        Column("values", "text", "Units that were found."),
        Column("n_features", "integer", "Features of the file."),
        Column("n_readouts", "integer", "Of these, read-outs of a mechanism; NA for the own matrix.", optional=True),
        Column("n_samples", "integer", "Samples that the metadata know."),
        Column("n_shared", "integer", "Of these, samples of the dataset's own matrix."),
        Column("not_in_metadata", "integer", "Samples of the file that the metadata do not know: left out."),
        Column("only_here", "integer", "Samples that the dataset's own matrix lacks."),
        Column("only_in_dataset", "integer", "Samples of the own matrix that this assay lacks."),
        Column("names", "text", "Some of those that only one of the two has.", optional=True),
        Column("likely_reason", "text", "Why ids do not match, where that can be told.", optional=True),
    ),
    key=("dataset", "assay"),
)

READOUTS = Table(
    "readouts.tsv",
    "One row for each sample, read-out (miRNA, circRNA, protein, serum) and mechanism it tells of.",
    (
        Column("dataset", "text", "Name of the dataset."),
        Column("sample", "text", "Biological sample, as the dataset calls it."),
        Column("mechanism", "text", "Mechanism of the ledger (resources/genesets/mechanisms.tsv)."),
        Column("assay", "text", "What was measured.", choices=("small_rna", "circ_rna", "protein", "serum")),
        Column("readout", "text", "The non-coding RNA, or the read-out of resources/genesets/readouts.tsv."),
        Column("feature", "text", "Its name in the file."),
        Column("value", "number", "Its value, log scale; NA where it was not measured.", optional=True),
        Column(
            "z", "number", "The same in standard deviations over the samples; NA where it never varies.", optional=True
        ),
        Column(
            "direction",
            "text",
            "In the resistant state, as the documents say; `none`: they do not.",
            choices=("up", "down", "none"),
        ),
        Column("evidence", "text", "Ledger rows, joined by `;`."),
        Column("flags", "text", "`retracted` when all of them are, `contradicted` when one is.", optional=True),
        Column("note", "text", "What to know of it.", optional=True),
    ),
    key=("dataset", "assay", "readout", "mechanism", "sample"),
)

READOUT_FEATURES = Table(
    "readout_features.tsv",
    "One row for each feature of a table of proteins or sera, and for each read-out that was not measured.",
    (
        Column("dataset", "text", "Name of the dataset."),
        Column("assay", "text", "What was measured."),
        Column("feature", "text", "Its name in the file; empty for a read-out that was not measured.", optional=True),
        Column("readout", "text", "The read-out it was taken for; empty for none.", optional=True),
        Column(
            "how",
            "text",
            "`name`, `respelled`, `duplicate` (another feature is that read-out), `not_in_table`, `not_measured`; "
            "of RNA as in genes.tsv.",
        ),
        Column("note", "text", "What to know of it.", optional=True),
    ),
)


NCRNA = Table(
    "ncrna.tsv",
    "One row for each non-coding RNA and what it acts on, measured or not: their correlation over the samples.",
    (
        Column("dataset", "text", "Name of the dataset."),
        Column("ncrna", "text", "miRNA, lncRNA or circRNA of the ledger."),
        Column("kind", "text", "What it is.", choices=("miRNA", "lncRNA", "circRNA")),
        Column("assay", "text", "Assay it is read from; lncRNAs from the dataset's own matrix."),
        Column("feature", "text", "Its name in the file.", optional=True),
        Column("direction", "text", "Its direction in the resistant state.", choices=("up", "down")),
        Column("footprint", "text", "A target, or a signature that holds one."),
        Column("footprint_kind", "text", "What the footprint is.", choices=("signature", "gene", "ncrna")),
        Column("expected", "integer", "Sign of the correlation that the documents expect, 1 or -1."),
        Column("n_samples", "integer", "Samples with both."),
        Column("rho", "number", "Spearman's correlation of the level with the target or score.", optional=True),
        Column("ci_low", "number", "Lower end of its 95 % interval.", optional=True),
        Column("ci_high", "number", "Upper end of its 95 % interval.", optional=True),
        Column("p", "number", "Two-sided permutation p.", optional=True),
        Column("p_type", "text", "`exact` or `monte_carlo`.", optional=True),
        Column("fdr", "number", "Benjamini-Hochberg over the pairs of the dataset.", optional=True),
        Column(
            "answer",
            "text",
            "Whether they go together as the documents expect.",
            choices=("as_expected", "opposite", "not_separable", "underpowered", "not_measurable"),
        ),
        Column("reason", "text", "Why there is no answer.", optional=True),
        Column("evidence", "text", "Ledger rows, joined by `;`."),
        Column("flags", "text", "`retracted` when all of them are, `contradicted` when one is.", optional=True),
        Column("note", "text", "What to know of the RNA's name or assay.", optional=True),
    ),
    key=("dataset", "ncrna", "footprint"),
)


READOUT_CONTRASTS = Table(
    "{contrast}.readouts.tsv",
    "One row for each read-out of the further assays: held against the same question as scores are.",
    (
        Column("dataset", "text", "Name of the dataset."),
        Column("contrast", "text", "Name of the contrast."),
        Column("assay", "text", "What was measured."),
        Column("readout", "text", "The non-coding RNA, or the read-out of resources/genesets/readouts.tsv."),
        Column("feature", "text", "Its name in the file."),
        Column("mechanisms", "text", "Mechanisms it tells of, joined by `;`."),
        Column(
            "expected",
            "text",
            "Its direction in the resistant state; `mixed`: mechanisms differ, `none`: the documents do not say.",
            choices=("up", "down", "mixed", "none"),
        ),
        Column("n_resistant", "integer", "As in the contrast table.", optional=True),
        Column("n_sensitive", "integer", "As in the contrast table.", optional=True),
        Column("n_samples", "integer", "Samples compared."),
        Column("effect", "number", "Above 0: higher in the resistant arm.", optional=True),
        Column("effect_type", "text", "What the effect is, as in the contrast table."),
        Column("ci_low", "number", "Lower end of its 95 % interval.", optional=True),
        Column("ci_high", "number", "Upper end of its 95 % interval.", optional=True),
        Column("auroc", "number", "P(a resistant sample has more than a sensitive one).", optional=True),
        Column("auroc_low", "number", "Lower end of its 95 % interval.", optional=True),
        Column("auroc_high", "number", "Upper end of its 95 % interval.", optional=True),
        Column("p", "number", "Two-sided permutation p.", optional=True),
        Column("p_type", "text", "`exact` or `monte_carlo`.", optional=True),
        Column("fdr", "number", "Benjamini-Hochberg over the read-outs of the assay.", optional=True),
        Column("mde", "number", "As in the contrast table.", optional=True),
        Column(
            "answer",
            "text",
            "Whether it differs as the documents expect; `differs`: where they expect nothing.",
            choices=("as_expected", "opposite", "differs", "not_separable", "underpowered", "not_measurable"),
        ),
        Column("flags", "text", "What to know of the design, joined by `;`.", optional=True),
        Column("evidence", "text", "Ledger rows, joined by `;`."),
        Column("note", "text", "What to know of the read-out.", optional=True),
    ),
    key=("dataset", "contrast", "assay", "readout"),
)


CO_OCCURRENCE = Table(
    "co_occurrence.tsv",
    "One row for each two alterations that occur in a dataset: together, or apart. Equal rules are one alteration.",
    (
        Column("dataset", "text", "Name of the dataset."),
        Column("alteration_a", "text", "One alteration."),
        Column("alteration_b", "text", "The other."),
        Column("mechanism_a", "text", "Mechanisms of the one, joined by `;`."),
        Column("mechanism_b", "text", "Mechanisms of the other."),
        Column("n", "integer", "Samples in which both are measured."),
        Column("both", "integer", "Samples with both."),
        Column("only_a", "integer", "Samples with the one only."),
        Column("only_b", "integer", "Samples with the other only."),
        Column("neither", "integer", "Samples with neither."),
        Column("odds_ratio", "number", "Conditional estimate; `inf` where a cell is empty.", optional=True),
        Column("ci_low", "number", "Lower end of its exact 95 % interval.", optional=True),
        Column("ci_high", "number", "Upper end.", optional=True),
        Column("p", "number", "Fisher's exact test, two-sided.", optional=True),
        Column("fdr", "number", "Benjamini-Hochberg over the pairs that are tested.", optional=True),
        Column("tendency", "text", "Which way the odds ratio points.", optional=True, choices=("together", "apart")),
        Column("reason", "text", "Why there is no test.", optional=True),
    ),
    key=("alteration_a", "alteration_b"),
)

ALTERATION_CONTRAST = Table(
    "{contrast}.alterations.tsv",
    "One row for each alteration, held against the arms of a two-group contrast. Equal rules are one alteration.",
    (
        Column("dataset", "text", "Name of the dataset."),
        Column("contrast", "text", "Name of the contrast."),
        Column("alteration", "text", "Alteration."),
        Column("mechanisms", "text", "Its mechanisms, joined by `;`."),
        Column("name", "text", "Its name for people."),
        Column("direction", "text", "What the document says it goes with.", choices=_DIRECTIONS),
        Column("n_resistant", "integer", "Samples of the resistant arm in which it is measured; of pairs both."),
        Column("n_sensitive", "integer", "The same of the sensitive arm."),
        Column("present_resistant", "integer", "Of these, samples with it."),
        Column("present_sensitive", "integer", "The same of the sensitive arm."),
        Column("test", "text", "Exact test: Fisher's, or McNemar's within pairs.", choices=("fisher", "mcnemar")),
        Column("odds_ratio", "number", "Above 1: more often in the resistant arm.", optional=True),
        Column("ci_low", "number", "Lower end of its exact 95 % interval.", optional=True),
        Column("ci_high", "number", "Upper end.", optional=True),
        Column("p", "number", "Two-sided.", optional=True),
        Column("fdr", "number", "Benjamini-Hochberg over the alterations that are tested.", optional=True),
        Column("as_stated", "text", "Whether it points where the document says.", optional=True, choices=("yes", "no")),
        Column("flags", "text", "What to know of the design, joined by `;`.", optional=True),
        Column("reason", "text", "Why there is no test.", optional=True),
    ),
    key=("alteration",),
)

_EVIDENCE = ("for", "against", "neither", "mixed", "not_measured")
_SPEAKS = {
    "expression": "its signatures",
    "alteration": "its alterations in DNA",
    "ncrna": "its non-coding RNAs",
    "protein": "its proteins",
    "serum": "its serum proteins",
}
PROFILE = Table(
    "profile.tsv",
    "One row for each sample and mechanism: what speaks for it and against it, by the rules in docs/methods.md.",
    (
        Column("dataset", "text", "Name of the dataset."),
        Column("sample", "text", "Sample."),
        Column("mechanism", "text", "Mechanism of the ledger."),
        Column("name", "text", "Its name for people."),
        *(
            column
            for assay, what in _SPEAKS.items()
            for column in (
                Column(assay, "text", f"What {what} say.", choices=_EVIDENCE),
                Column(f"{assay}_seen", "text", "What was seen, value by value.", optional=True),
            )
        ),
        Column("n_for", "integer", "Assays that speak for it."),
        Column("n_against", "integer", "Assays that speak against it."),
        Column("n_measured", "integer", "Assays that could."),
        Column("conflict", "text", "Whether some speak for and some against.", choices=("yes", "no")),
    ),
    key=("sample", "mechanism"),
)

MECHANISM_SUMMARY = Table(
    "mechanisms.tsv",
    "One row for each mechanism of the ledger: how this run measured it, or which assay would show it.",
    (
        Column("mechanism", "text", "Identifier."),
        Column("document", "text", "Source document."),
        Column("name", "text", "Name for people."),
        Column("drug", "text", "Drugs.", optional=True),
        Column("cancer", "text", "Cancers.", optional=True),
        Column("n_assertions", "integer", "Assertions of the ledger about it."),
        Column("measured", "text", "Whether any dataset of this run measured any of it.", choices=("yes", "no")),
        Column(
            "measured_by",
            "text",
            "How: `expression`, `alteration`, `ncrna`, `protein`, `serum`, joined by `;`.",
            optional=True,
        ),
        Column("signatures", "text", "Signatures that were scored, with their datasets.", optional=True),
        Column("alterations", "text", "Alterations that were called, by dataset.", optional=True),
        Column("readouts", "text", "Molecules that were read, by dataset.", optional=True),
        Column("not_shown", "text", "What of it expression cannot show.", optional=True),
        Column("needs", "text", "The assays that would show it, or more of it."),
        Column("reversal", "text", "Drugs that the documents say reverse it: stage; ledger row.", optional=True),
        Column("reversal_note", "text", "What that is, and is not.", optional=True),
    ),
    key=("mechanism",),
)


COLOCALISATION = Table(
    "colocalisation.tsv",
    "One row for each section and pair of signatures: whether their maps lie together.",
    (
        Column("dataset", "text", "Name of the dataset."),
        Column("section", "text", "Section of tissue."),
        Column("sample", "text", "Biological sample it is of."),
        Column("signature_a", "text", "One signature."),
        Column("signature_b", "text", "The other."),
        Column("method", "text", "Scoring method of both."),
        Column("n_spots", "integer", "Spots (or cells) with coordinates."),
        Column("n_left_out", "integer", "Spots without coordinates."),
        Column("n_places", "integer", "Places that spots were gathered into; 0 where there are too few spots."),
        Column("rho", "number", "Correlation of the two maps, each averaged over neighbours.", optional=True),
        Column("null_sd", "number", "Its standard deviation in maps that are as patchy as these.", optional=True),
        Column("p", "number", "Two-sided p against such maps: of this section, not of patients.", optional=True),
        Column("reason", "text", "Why there is no value.", optional=True),
    ),
    key=("dataset", "section", "signature_a", "signature_b"),
)

COLOCALISATION_SUMMARY = Table(
    "colocalisation_samples.tsv",
    "One row for each pair of signatures: whether their maps lie together over the samples of a dataset.",
    (
        Column("dataset", "text", "Name of the dataset."),
        Column("signature_a", "text", "One signature."),
        Column("signature_b", "text", "The other."),
        Column("n_samples", "integer", "Samples with a value; each is the mean of its sections (Fisher's z)."),
        Column("n_sections", "integer", "Their sections."),
        Column("rho", "number", "Mean over samples, brought back from Fisher's z.", optional=True),
        Column("ci_low", "number", "Lower end of its 95 % interval (t over samples).", optional=True),
        Column("ci_high", "number", "Upper end of its 95 % interval.", optional=True),
        Column("p", "number", "Two-sided p over turned signs of the samples' values.", optional=True),
        Column("p_type", "text", "`exact` or `monte_carlo`.", optional=True),
        Column("fdr", "number", "Benjamini-Hochberg over the pairs.", optional=True),
        Column(
            "answer",
            "text",
            "Whether they lie together over samples.",
            choices=("together", "apart", "not_separable", "underpowered", "not_measurable"),
        ),
    ),
    key=("dataset", "signature_a", "signature_b"),
)

COLOCALISATION_CONTRASTS = Table(
    "{contrast}.colocalisation.tsv",
    "One row for each pair of signatures: their co-localisation held against the same question as scores are.",
    (
        Column("dataset", "text", "Name of the dataset."),
        Column("contrast", "text", "Name of the contrast."),
        Column("signature_a", "text", "One signature."),
        Column("signature_b", "text", "The other."),
        Column("n_resistant", "integer", "As in the contrast table.", optional=True),
        Column("n_sensitive", "integer", "As in the contrast table.", optional=True),
        Column("n_samples", "integer", "Samples compared."),
        Column("effect", "number", "Above 0: more together in the resistant arm.", optional=True),
        Column("effect_type", "text", "What the effect is, as in the contrast table."),
        Column("ci_low", "number", "Lower end of its 95 % interval.", optional=True),
        Column("ci_high", "number", "Upper end of its 95 % interval.", optional=True),
        Column("auroc", "number", "As in the contrast table.", optional=True),
        Column("p", "number", "Two-sided permutation p.", optional=True),
        Column("p_type", "text", "`exact` or `monte_carlo`.", optional=True),
        Column("fdr", "number", "Benjamini-Hochberg over the pairs.", optional=True),
        Column(
            "answer",
            "text",
            "Whether co-localisation differs.",
            choices=("more_together", "less_together", "not_separable", "underpowered", "not_measurable"),
        ),
        Column("flags", "text", "What to know of the design, joined by `;`.", optional=True),
    ),
    key=("dataset", "contrast", "signature_a", "signature_b"),
)


def write_open_table(frame: pd.DataFrame, path: str | os.PathLike[str]) -> None:
    """Write a table whose columns are the user's own, as text."""
    with whole_file(path) as partial:
        frame.to_csv(partial, sep="\t", index=False, lineterminator="\n")


def read_parquet(table: Table, path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read and check a table that is kept as Parquet."""
    return table.check(pd.read_parquet(path), str(path))
