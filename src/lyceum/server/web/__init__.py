"""The pages: home, search, reader, tutor, librarian's desk. They decide nothing; they ask the library and show."""
