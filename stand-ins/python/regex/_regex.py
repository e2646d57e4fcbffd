"""krait: regex's compiled module, as far as pickled patterns name it."""

from _krait_stand_ins.regex import _main


def compile(
    pattern, flags, code, group_index, index_group, named_lists, named_list_indexes, req_offset, req_chars, req_flags,
    group_count,
):
    """The pattern that was pickled. The original's code for it is of no use here."""
    lists = {name: values for name, values in (named_lists or {}).items() if isinstance(name, str)}
    return _main.compile(pattern, flags, **lists)
