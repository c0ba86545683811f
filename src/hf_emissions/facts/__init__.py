"""Extraction of training facts from a card."""
