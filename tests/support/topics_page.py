"""The examples and refusals that stand on the page about the query language."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = (Path(__file__).parent.parent.parent / "docs" / "topics.md").read_text(encoding="utf-8")


def rows(header):
    """Return the rows of all tables with this header, cells without backticks."""
    found = []
    for table in re.findall(rf"^\| {header} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", PAGE, re.MULTILINE):
        found += [[cell.strip() for cell in line.strip().strip("|").split(" | ")] for line in table.splitlines()]
    return found


EXAMPLES = rows("query")
REFUSALS = rows("refused")


def unquoted(cell):
    assert cell.startswith("`")
    assert cell.endswith("`")
    return cell[1:-1]
