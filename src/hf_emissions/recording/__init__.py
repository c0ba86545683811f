"""Record a training run: metering, ledger, place, callback, context manager."""
