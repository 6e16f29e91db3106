"""Steps by which the tables have become what they are."""
