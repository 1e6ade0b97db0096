"""The verdict table as one HTML page that needs no network: searchable, sortable, each row with its members."""

import html
import os
from typing import Any

import pandas as pd

from resig.files import write_text
from resig.plots.palette import VERDICT_COLOURS, said

COLUMNS = {
    "verdict": "Verdict",
    "signature": "Signature",
    "dataset": "Dataset",
    "contrast": "Contrast",
    "cell_type": "Cell type",
    "effect": "Effect",
    "auroc": "AUROC",
    "fdr": "FDR",
    "methods_agreeing": "Methods agreeing",
    "tier": "Tier",
}
EFFECTS = {"spearman": "rho", "log_hr": "log HR"}
NUMBERS = ("effect", "auroc", "fdr")
CHIP_BORDERS = {"not_measurable": "#999999"}
NUMBER = ' class="number"'


def write_verdict_page(
    verdicts: pd.DataFrame, signatures: pd.DataFrame, members: pd.DataFrame, path: str | os.PathLike[str]
) -> None:
    """Write the page, clear answers first."""
    about = signatures.set_index("signature")
    own = {signature: group for signature, group in members.groupby("signature", sort=False)}
    first = verdicts.assign(rank=verdicts["verdict"].map(list(VERDICT_COLOURS).index)).sort_values(
        ["rank", "fdr"], kind="stable"
    )
    rows = "\n".join(_row(row, about.loc[row.signature], own.get(row.signature)) for row in first.itertuples())
    heads = "".join(
        f'<th tabindex="0" data-at="{at}"{NUMBER if column in NUMBERS else ""}>{title}</th>'
        for at, (column, title) in enumerate(COLUMNS.items())
    )
    counts = verdicts["verdict"].value_counts()
    chips = " ".join(
        f'<button class="chip" data-verdict="{each}" style="border-color:{CHIP_BORDERS.get(each, colour)}">'
        f"{said(each)}: {counts[each]}</button>"
        for each, colour in VERDICT_COLOURS.items()
        if each in counts
    )
    write_text(path, PAGE.replace("@CHIPS@", chips).replace("@HEADS@", heads).replace("@ROWS@", rows))


def _row(row: Any, about: pd.Series, members: pd.DataFrame | None) -> str:
    cells = []
    for column in COLUMNS:
        value = getattr(row, column)
        if column in NUMBERS:
            shown = "" if pd.isna(value) else (f"{value:.2g}" if column == "fdr" else f"{value:.2f}")
            if column == "effect" and shown:
                shown = f"{EFFECTS.get(row.effect_type, 'g')} {shown}"
            cells.append(f'<td{NUMBER} data-sort="{"" if pd.isna(value) else value}">{shown}</td>')
        elif column == "verdict":
            colour = VERDICT_COLOURS[value]
            cells.append(
                f'<td class="verdict" data-sort="{value}">'
                f'<span class="dot" style="background:{colour}"></span>{said(value)}</td>'
            )
        elif column == "signature":
            cells.append(f"<td><b>{html.escape(row.name)}</b><br><small>{html.escape(value)}</small></td>")
        else:
            cells.append(f"<td>{html.escape(str(value))}</td>")
    details = _details(row, about, members)
    return (
        f'<tr class="answer" data-verdict="{row.verdict}" tabindex="0">{"".join(cells)}</tr>'
        f'<tr class="details" hidden><td colspan="{len(COLUMNS)}">{details}</td></tr>'
    )


def _details(row: Any, about: pd.Series, members: pd.DataFrame | None) -> str:
    lines = [f"<p>{html.escape(row.why)}</p>"]
    facts = {"Drug": about["drug"], "Cancer": about["cancer"], "Read in": about["context"], "Caveat": row.caveat}
    lines += [f"<p><i>{key}:</i> {html.escape(value)}</p>" for key, value in facts.items() if value]
    for member in members.itertuples() if members is not None else ():
        sign = "+" if member.weight > 0 else "\N{MINUS SIGN}"
        said_there = " · ".join(
            html.escape(part) for part in (member.flags.replace(";", ", "), member.section, member.evidence) if part
        )
        lines.append(f"<div>{sign} <b>{html.escape(member.symbol)}</b> {said_there}</div>")
    return "".join(lines)


SCRIPT = """
const body = document.querySelector('tbody'), search = document.querySelector('input');
let verdict = null;
function show() {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  for (const row of body.querySelectorAll('tr.answer')) {
    const text = (row.textContent + row.nextElementSibling.textContent).toLowerCase();
    row.hidden = (verdict && row.dataset.verdict !== verdict) || !words.every(word => text.includes(word));
    if (row.hidden) row.nextElementSibling.hidden = true;
  }
}
search.addEventListener('input', show);
for (const chip of document.querySelectorAll('.chip')) chip.addEventListener('click', () => {
  verdict = verdict === chip.dataset.verdict ? null : chip.dataset.verdict;
  for (const each of document.querySelectorAll('.chip')) each.classList.toggle('on', each.dataset.verdict === verdict);
  show();
});
function toggle(row) { row.nextElementSibling.hidden = !row.nextElementSibling.hidden; }
body.addEventListener('click', event => { const row = event.target.closest('tr.answer'); if (row) toggle(row); });
body.addEventListener('keydown', event => {
  if (event.key === 'Enter' && event.target.matches('tr.answer')) toggle(event.target);
});
for (const head of document.querySelectorAll('th')) {
  const sort = () => {
    const at = +head.dataset.at, up = head.dataset.up = head.dataset.up === '1' ? '0' : '1';
    const key = row => row.cells[at].dataset.sort ?? row.cells[at].textContent;
    const pairs = [...body.querySelectorAll('tr.answer')].map(row => [row, row.nextElementSibling]);
    pairs.sort(([a], [b]) => {
      const x = key(a), y = key(b);
      if (x === '' || y === '') return (x === '') - (y === '');
      const order = isNaN(x) || isNaN(y) ? x.localeCompare(y) : x - y;
      return up === '1' ? order : -order;
    });
    for (const pair of pairs) body.append(...pair);
  };
  head.addEventListener('click', sort);
  head.addEventListener('keydown', event => { if (event.key === 'Enter') sort(); });
}
"""

STYLE = """
body { font: 14px/1.45 system-ui, sans-serif; color: #222; margin: 1.5rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .35rem .45rem; vertical-align: top; }
th { border-bottom: 2px solid #222; cursor: pointer; position: sticky; top: 0; background: #fff; }
tr.answer { border-top: 1px solid #ddd; cursor: pointer; } tr.answer:hover { background: #f5f5f5; }
td.verdict { white-space: nowrap; } .number { text-align: right; font-variant-numeric: tabular-nums; }
small { color: #666; }
.dot { display: inline-block; width: .8em; height: .8em; border: 1px solid #999; border-radius: 50%; }
.dot { margin-right: .4em; }
.chip { font: inherit; background: #fff; border: 2px solid; border-radius: 1em; cursor: pointer; }
.chip { padding: .1rem .8rem; margin: 0 .3rem .5rem 0; }
.chip.on { background: #222; color: #fff; } tr.details td { background: #fafafa; padding-left: 2rem; }
input { font: inherit; padding: .3rem .6rem; width: 22rem; max-width: 100%; margin-bottom: .6rem; }
"""

PAGE = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>resig: verdicts</title><style>{STYLE}</style></head><body>
<h1>Verdicts</h1>
<p>Click a row for the reason, the caveat and the members. Click a heading to sort.
Research software; no treatment advice.</p>
<input type="search" placeholder="Search: signature, drug, gene, dataset …" aria-label="Search"><div>@CHIPS@</div>
<table><thead><tr>@HEADS@</tr></thead><tbody>
@ROWS@
</tbody></table><script>{SCRIPT}</script></body></html>
"""
