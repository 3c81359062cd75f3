"""What is true of orchestration sessions: the facts of their streams, and what follows from them."""
