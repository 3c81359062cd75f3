"""How long a test waits for what should simply happen."""

PATIENCE_S = 60.0  # Below each test's own limit; a busy machine has stood still for ten seconds and more.
PATIENCE_MS = PATIENCE_S * 1000
