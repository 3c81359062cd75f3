"""How much of each medium people take at once."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Give accounts capacities: a JSON object of numbers by medium."""
    op.add_column("accounts", sa.Column("capacities", sa.Text, nullable=False, server_default="{}"))
