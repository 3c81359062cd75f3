"""What `make` runs: setting up, locking, generating.

`prepare` is the way in, and has only the standard library: before it ran there is no `.venv`.
"""
