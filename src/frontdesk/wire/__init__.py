"""Sans-IO protocols: bytes to commands, events to bytes.

A wire holds no rule about chat; it only translates."""
