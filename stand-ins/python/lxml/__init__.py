"""krait: the stand-in for lxml's module etree."""
