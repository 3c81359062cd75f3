"""How likely outcomes are: plain models that can explain each estimate, and know when to be silent."""
