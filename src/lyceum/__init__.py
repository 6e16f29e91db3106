"""Lyceum: a library that answers from its own archive, and a hall that decides."""
