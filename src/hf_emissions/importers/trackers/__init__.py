"""Built-in trackers, one module each. A new one is a module here with one class; see CONTRIBUTING.md."""
