"""Estimates in grams with a range, from the facts of a training that nobody recorded."""
