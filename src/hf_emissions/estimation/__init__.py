"""Estimates: from facts to grams with a range, where nothing was recorded."""
