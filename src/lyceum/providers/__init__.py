"""Everything that talks to another machine; chosen by the library alone."""
