# krait: the time zone database is inside the binary, and comes last: after the machine's
# own files, and after the package tzdata where the function brings one.
def load_tzdata(key, _from_package=load_tzdata):
    try:
        return _from_package(key)
    except ZoneInfoNotFoundError:
        import io

        import _krait_time_zones

        data = _krait_time_zones.data(key)
        if data is None:
            raise
        return io.BytesIO(data)
