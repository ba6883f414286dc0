"""A letter as one HTML file to be printed on A4: no script, nothing loaded, every word escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

from lineage.render.letters.words import TITLE, Part, heads, parts
from lineage.service.letter_answers import Letter

_STYLE: Final = """\
@page { size: A4; margin: 25mm 20mm; }
body { font: 11pt/1.45 Georgia, serif; color: #000; background: #fff; max-width: 170mm; }
h1 { font-size: 16pt; margin: 0 0 6mm; }
h2 { font-size: 12pt; margin: 6mm 0 2mm; break-after: avoid; }
p, ul, table, dl { margin: 0 0 2mm; }
dl { display: grid; grid-template-columns: max-content auto; column-gap: 6mm; }
dd { margin: 0; }
table { border-collapse: collapse; width: 100%; }
th, td { border: 0.3mm solid #777; padding: 1.5mm 2mm; text-align: left; vertical-align: top; }
td, dd { overflow-wrap: anywhere; white-space: pre-wrap; }
tr { break-inside: avoid; }
"""
_HEAD: Final = f"""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="robots" content="noindex">
<title>{TITLE}</title>
<style>
{_STYLE}</style>
</head>
<body>
<h1>{TITLE}</h1>"""
_FOOT: Final = "</body>\n</html>\n"


def letter_html(letter: Letter) -> str:
    """Return the letter as a whole HTML document."""
    head = [f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in heads(letter)]
    body = [line for part in parts(letter) for line in _part(part)]
    return "\n".join([_HEAD, "<dl>", *head, "</dl>", *body, _FOOT])


def _part(part: Part) -> Iterator[str]:
    yield f"<h2>{escape(part.heading)}</h2>"
    for sentence in part.says:
        yield f"<p>{escape(sentence)}</p>"
    if part.rows:
        yield "<table>"
        yield f"<thead>{_row('th', part.columns)}</thead>"
        yield "<tbody>"
        for row in part.rows:
            yield _row("td", row)
        yield "</tbody>"
        yield "</table>"
    if part.points:
        yield "<ul>"
        for point in part.points:
            yield f"<li>{escape(point)}</li>"
        yield "</ul>"


def _row(tag: str, cells: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in cells)}</tr>"
