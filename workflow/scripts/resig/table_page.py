"""The table page: every answer, searchable, sortable and filterable; a row opens what it rests on."""

import os
from collections.abc import Mapping
from typing import Any

from resig.files import write_text
from resig.page import page, text
from resig.plots.palette import VERDICT_COLOURS
from resig.synthesis import WORDS
from resig.table_rows import Finished, page_data

# Pale colours need a darker one for lines and borders.
LINES = {"not_separable": "#777777", "underpowered": "#9A8B00", "not_measurable": "#999999"}


def write_table_page(
    finished: Finished,
    specs: Mapping[str, Mapping[str, Any]],
    inference: Mapping[str, Any],
    style: str,
    script: str,
    path: str | os.PathLike[str],
) -> None:
    """Write the page; `style` and `script` are those of workflow/report."""
    verdicts = [
        {
            "id": each,
            "colour": colour,
            "line": LINES.get(each, colour),
            "border": LINES.get(each, colour),
            "words": WORDS[each],
        }
        for each, colour in VERDICT_COLOURS.items()
    ]
    data = page_data(finished, specs, inference) | {"verdicts": verdicts}
    write_text(path, page("resig: verdicts and contrasts", _body(inference), style, script, data))


def _body(inference: Mapping[str, Any]) -> str:
    fdr, alpha = text(inference["fdr"]), text(f"{100 * inference['null_alpha']:g}")
    return f"""<h1>Verdicts and contrasts</h1>
<p>Each row is one answer: a signature in one dataset, contrast and cell type. An effect above 0 means more like the
resistant state. A difference is called at a false discovery rate of at most {fdr}, and called specific where at most
{alpha} % of matched random gene sets show as much. <b>Open a row</b> for its samples, its random sets, its genes and
the evidence behind it; click a heading to sort. Research software; no treatment advice.</p>
<div class="controls"></div>
<div class="chips"></div>
<div id="count" role="status"></div>
<table id="rows"><thead></thead><tbody></tbody></table>
<button type="button" id="more" hidden>Show more rows</button>
<noscript><p>This page needs JavaScript. The same rows stand in summary/verdicts.tsv and summary/contrasts.tsv.</p>
</noscript>"""
