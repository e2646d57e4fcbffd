"""krait: jellyfish's compiled module. The package has nearly all of it in Python."""

from jellyfish._jellyfish import (
    damerau_levenshtein_distance, hamming_distance, jaro_similarity, jaro_winkler_similarity, levenshtein_distance,
    match_rating_codex, match_rating_comparison, metaphone, nysiis, soundex,
)


def jaccard_similarity(s1, s2, ngram_size=None):
    """How many words, or pieces of a length, two texts have in common, of all that they have."""
    one, other = _pieces(s1, ngram_size), _pieces(s2, ngram_size)
    together = len(one | other)
    return len(one & other) / together if together else 0.0


def _pieces(text, size):
    if not isinstance(text, str):
        raise TypeError(f"argument 's1': '{type(text).__name__}' object is not an instance of 'str'")
    if size is None:
        return set(text.split())
    return {text[at : at + size] for at in range(0, len(text), size)}
