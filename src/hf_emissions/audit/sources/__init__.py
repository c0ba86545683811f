"""Where the cards of an audit come from: one file a source."""
