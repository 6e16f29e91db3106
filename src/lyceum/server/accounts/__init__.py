"""Who the people are, what they may do, and which collections stand open."""
