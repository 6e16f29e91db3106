"""Gives library and hall to people and programs: the Django site."""
