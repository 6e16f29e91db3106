"""The pages of the hall: they ask its acts and its readings, and decide nothing."""
