"""Decides: motions and amendments, ballots whose papers nothing ties to voters, and the resolutions that follow."""
