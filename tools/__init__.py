"""What makes parts of this repository from its code."""
