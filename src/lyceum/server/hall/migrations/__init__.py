"""How the tables of the hall came to be."""
