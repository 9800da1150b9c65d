"""Is this line a picture's caption, although no picture is left beside it?

Pages lose their pictures (a dead server, a text version), and the captions stay between the paragraphs: "Delegates at
the conference." Only lines that name a scene and say nothing of it are taken for one, since prose must never be lost.
"""

from __future__ import annotations

import re

MOST_WORDS = 12

_SCENE = re.compile(
    r"^(?:(?:the |some )?(?:delegates|participants|attendees|representatives|delegations?|leaders|officials|guests)"
    r" (?:at|of|from|in|during|attending)\b"
    r"|(?:a |an |the )?(?:general |over)?(?:view|scene|corner) (?:of|at|from)\b"
    r"|(?:group |illustrative )?(?:photo|picture|illustration)(?: of| by|:|$)"
    r"|at the (?:conference|meeting|ceremony)\.?$"
    r"|(?:quang|toàn) cảnh\b|các đại biểu (?:tại|dự|tham dự|chụp ảnh)\b|ảnh(?: minh họa|:| tư liệu))",
    re.IGNORECASE,
)
# A finite verb makes a sentence of it: "Delegates at the conference agreed on a plan."
_SAYS_SOMETHING = re.compile(
    r"\b(?!(?:united|armed|organi[sz]ed|held|led|hosted)\b)\w+ed\b"
    r"|\b(?:is|are|was|were|be|has|have|had|will|would|can|could|may|said|says|say|met|meet|spoke|gave|took|made|saw|told|"
    r"went|came|began|left|rose|fell|won|lost|sought|thanks?|agree|discuss|exchange|focus|include)\b",
    re.IGNORECASE,
)


def is_caption(line: str) -> bool:
    """Whether the line, standing alone between paragraphs, can only be a caption."""
    words = line.split()
    return len(words) <= MOST_WORDS and _SCENE.match(line) is not None and _SAYS_SOMETHING.search(line) is None
