"""Numbers from the world, each with its source: grid intensity, countries, and how to look them up."""
