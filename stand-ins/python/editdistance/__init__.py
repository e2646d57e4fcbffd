"""krait: the stand-in for editdistance's module."""
