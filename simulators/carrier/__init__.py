"""A carrier with phones, a program of its own: `python -m simulators.carrier`."""
