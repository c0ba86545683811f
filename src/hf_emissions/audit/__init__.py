"""Many cards at once: which models report, which figures are questionable, which could be estimated."""
