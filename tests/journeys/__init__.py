"""Journeys: a real browser, the visitor in one window and the agent in another, on a real server.

Nothing is mocked; what is asserted is what a person would see."""
