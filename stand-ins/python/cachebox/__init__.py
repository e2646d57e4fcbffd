"""krait: the stand-in for cachebox's module."""
