"""How a server under measurement tells the one who started it where it listens: one line of JSON."""

import json
import sys


def announce(port: int) -> None:
    """Say the address on standard output."""
    json.dump({"url": f"http://127.0.0.1:{port}"}, sys.stdout)
    sys.stdout.write("\n")
    sys.stdout.flush()
