"""What the site writes down about itself: what it has told harvesters and when, and what readers made of answers."""
