"""Quality and repetition signals, measured in one pass."""
