"""What may be wrong with a card: one file a rule, and the check that runs them all."""
