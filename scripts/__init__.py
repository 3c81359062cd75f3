"""What `make` runs: setting up, locking, checking, and making pages of the reference.

`prepare` is the way in, and has only the standard library: before it ran there is no `.venv`.
"""
