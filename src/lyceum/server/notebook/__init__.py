"""What readers keep for themselves alone: notes on places in documents, and searches."""
