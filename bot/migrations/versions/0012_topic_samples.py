"""Topics of the database have tests of their own, as those of the file do."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from feeds.database import Json

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    for name in ("expect", "reject"):
        op.add_column("topics", sa.Column(name, Json, nullable=False, server_default="[]"))
