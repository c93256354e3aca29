"""A believable portfolio to try the tracker with: real vendors and list prices, a made-up company."""

from contracts.services.demo.loader import OccupiedError, Summary, due_within, load

__all__ = ["OccupiedError", "Summary", "due_within", "load"]
