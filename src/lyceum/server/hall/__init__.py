"""Keeps the hall: bodies, seats, meetings and the record as rows, and the acts that change them."""
