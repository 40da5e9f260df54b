"""What the hot paths cost, as ratios to a limit measured in the same run."""
