# krait: done here rather than in `re`, which then need not import this module.
def _pickle_pattern_for_krait(pattern):
    import re

    return re._compile, (pattern.pattern, pattern.flags)


def _pickle_patterns_for_krait():
    import _sre

    pickle(type(_sre.compile("", 32, [1], 0, {}, (None,))), _pickle_pattern_for_krait)


_pickle_patterns_for_krait()
