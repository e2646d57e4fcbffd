"""krait: the stand-in for tiktoken's module."""
