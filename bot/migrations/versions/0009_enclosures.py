"""The files that a source's feed hands out with an item are kept, and handed on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from feeds.database import Json

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("articles", sa.Column("enclosures", Json, nullable=False, server_default="[]"))
