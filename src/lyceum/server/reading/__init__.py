"""What readers leave: their own history, answers that they shared, and how often the archive was silent."""
