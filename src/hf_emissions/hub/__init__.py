"""The Hub: cards read at a known commit, and written as a commit on top of it."""
