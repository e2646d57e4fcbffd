"""krait: the stand-in for fastuuid's module."""
