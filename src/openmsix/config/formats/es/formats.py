"""Spanish as school offices in the United States and Mexico write it: 12.00 and 1,000, as the prints do."""

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
