"""Journeys: visits to a site, what they match, and which offers that earns. Pure, like all of the domain.

Source:  the words are those of the journey API: a *customer* is one browser profile, and its session on the
         site is a *visit* here, because sessions are something else elsewhere in the house.
"""
