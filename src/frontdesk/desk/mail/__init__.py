"""Mails: taken in, put to the interactions that they belong to, written by agents and applications, sent."""
