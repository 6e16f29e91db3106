"""Steps by which the tables of motions and ballots have become what they are."""
