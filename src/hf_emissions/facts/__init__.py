"""What a card says about its training."""
