"""State charts: the W3C recommendation SCXML 1.0 with its ECMAScript data model.

Pure, as the domain is: a session takes an event, the time and a seed, and gives its outputs; whoever calls
it carries them out. `session.py` is where to begin; `rehearsal.py` runs several sessions on a virtual clock.
"""
