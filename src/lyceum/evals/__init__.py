"""Sets and scorers for others to run on their own systems, made from any archive."""

__all__: list[str] = []
