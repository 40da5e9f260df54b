"""School years, working days, eligibility windows, the clocks of 34 CFR 200.85, and the clock of today."""
