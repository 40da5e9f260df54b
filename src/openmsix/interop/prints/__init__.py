"""The consolidated record on paper: a tagged PDF (PDF/UA-1) in English or Spanish, set by Typst."""
