"""How the tables of notebooks came to be."""
