"""The load driver: cheap connections that speak what visitors and agents speak, and what they measure."""
