"""One file for each form, the oldest first."""
