"""School years, working days, eligibility windows and the clocks of 34 CFR 200.85; and the one clock that says today."""
