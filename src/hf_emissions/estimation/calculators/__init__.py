"""The published calculators as they calculate, for people who must match them. They are no estimates of ours."""
