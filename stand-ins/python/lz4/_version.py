"""krait: lz4's module about the version of its library."""


def library_version_number():
    return 10904


def library_version_string():
    return "1.9.4"
