"""What is true and what may happen: pure functions over frozen values.

No clock, no randomness, no event loop, no database: time and ids are arguments."""
