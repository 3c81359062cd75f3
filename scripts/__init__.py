"""What `make` runs: setting up, locking, generating. Before `.venv` exists there is only the standard library.

`prepare` is the way in; the other files are named after what they take care of."""
