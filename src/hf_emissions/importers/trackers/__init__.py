"""The trackers, one file each. A new one is a file here with one class; see CONTRIBUTING.md."""
