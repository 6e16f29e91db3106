"""What readers learn: studies that they keep, how far they have come, and cards that come back when due."""
