"""What people are good at."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Give accounts skills: a JSON object of levels by name."""
    op.add_column("accounts", sa.Column("skills", sa.Text, nullable=False, server_default="{}"))
