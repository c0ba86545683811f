"""External reference data with sources, and their lookup: grid intensity, places, hardware, PUE."""
