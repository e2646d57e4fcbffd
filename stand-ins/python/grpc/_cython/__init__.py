"""krait: the stand-in for grpcio's compiled module."""
