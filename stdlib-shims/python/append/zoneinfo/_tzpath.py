# krait: the zones that are inside the binary are available everywhere.
def available_timezones(_on_this_machine=available_timezones):
    import _krait_time_zones

    return _on_this_machine() | set(_krait_time_zones.names())
