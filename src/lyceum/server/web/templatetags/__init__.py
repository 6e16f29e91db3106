"""What templates are given besides their values."""
