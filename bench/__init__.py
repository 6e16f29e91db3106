"""Measures the product; run with `make bench`. Slow, and apart from the tests."""
