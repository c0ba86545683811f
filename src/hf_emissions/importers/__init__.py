"""Import tracker files as records: one module per tracker in `trackers/`, detected by content."""
