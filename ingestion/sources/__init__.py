"""Where articles come from; each source yields (place, article) or (place, a sentence saying what is wrong)."""

MAX_BYTES = 1_000_000
"""An article larger than this is a mistake (a dump, a binary), not an article."""
