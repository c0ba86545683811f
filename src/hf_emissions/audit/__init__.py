"""Audit of many cards: which models report, which figures are questionable, which could be estimated."""
