"""Journeys: visits to a site (sessions, on the wire), what they match, which offers that earns."""
