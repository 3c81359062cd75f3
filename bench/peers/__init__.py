"""What a good team would otherwise write, measured by the same driver."""
