"""krait: the stand-in for Levenshtein's module."""
