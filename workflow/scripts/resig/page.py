"""One HTML page that needs no network: its style, script and data stand in it, and all words are text."""

import base64
import gzip
import html
import json
import math
from collections.abc import Iterable
from typing import Any

# Nothing may be fetched, whatever words of the data look like.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
DIGITS = 4
PACKED = 400_000  # characters of data from which on they are packed
HELD = """async function held() {
  const element = document.getElementById('data'), words = element.textContent;
  if (!element.dataset.packed) return JSON.parse(words);
  const bytes = Uint8Array.from(atob(words), each => each.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).json();
}
"""


def page(title: str, body: str, style: str, script: str = "", data: object = None) -> str:
    """Return a page; `body` and `script` are markup of ours, `data` anything that JSON can hold: `await held()`."""
    held = "" if data is None else _held(as_json(data))
    run = f"<script>\n{HELD if held else ''}{script}</script>\n" if script else ""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}</title>\n<style>\n{style}</style></head>\n<body>\n{body}\n{held}{run}</body></html>\n"
    )


def _held(said: str) -> str:
    """Return the element that holds data: packed where they are many.

    A report shows a page by a data address, and Chromium opens none of more than 2 MB.
    """
    if len(said) <= PACKED:
        return f'<script type="application/json" id="data">{said}</script>\n'
    packed = base64.b64encode(gzip.compress(said.encode(), mtime=0)).decode()
    return f'<script type="application/json" id="data" data-packed="gzip">{packed}</script>\n'


def text(value: object) -> str:
    """Return a value as text of a page, never markup."""
    return html.escape(str(value))


def as_json(data: object) -> str:
    """Return JSON that can stand within a script element: no character of it is markup, missing numbers are null."""
    said = json.dumps(_plain(data), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        said = said.replace(character, f"\\u{ord(character):04x}")
    return said


def table(heads: Iterable[object], rows: Iterable[Iterable[object]]) -> str:
    """Return a table of text; a cell that is `Markup` is left as it is."""
    head = "".join(f"<th>{text(each)}</th>" for each in heads)
    body = "\n".join(f"<tr>{''.join(f'<td>{_cell(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"


class Markup(str):
    """Words that are markup already."""


def _cell(cell: object) -> str:
    return cell if isinstance(cell, Markup) else text(cell)


def _plain(value: Any) -> Any:
    """Numbers as numbers, with a few digits; anything missing as None."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, str | bool):
        return value
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
    return None if str(value) in ("<NA>", "nan") else str(value)
