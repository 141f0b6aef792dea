"""What was measured, kept and compared. Pure but for the store."""
