"""The steps that bring a database to the tables this version needs, run by Alembic."""
