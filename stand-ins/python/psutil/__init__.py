"""krait: the stand-in for psutil's modules."""
