"""Sources of an audit's cards, one module each."""
