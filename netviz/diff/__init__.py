"""What came, went or changed between two captures of a group: pure functions of two graphs."""
