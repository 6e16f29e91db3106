"""What the tutor is held to: slow, printed as tables, apart from the tests."""
