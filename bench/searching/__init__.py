"""Measures search: quality and known items, speed at size, embedding, and how soon a change is seen."""
