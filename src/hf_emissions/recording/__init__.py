"""From a training run to a record: metering, the ledger, the place, the callback, the context manager."""
