"""What any tracker wrote, as a record: one file a tracker under `trackers/`, found by what a file holds."""
