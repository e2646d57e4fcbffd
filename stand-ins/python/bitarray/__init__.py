"""krait: the stand-in for bitarray's modules."""
