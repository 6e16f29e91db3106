"""The command: every promise of the library at a terminal."""
