"""Measures the hall: counts against independent oracles, and attacks on what is stored."""
