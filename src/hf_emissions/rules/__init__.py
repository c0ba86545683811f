"""Card rules: one module per rule, and the check that runs them all."""
