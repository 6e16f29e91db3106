"""The pages of motions and ballots: they ask the acts and readings, and decide nothing."""
