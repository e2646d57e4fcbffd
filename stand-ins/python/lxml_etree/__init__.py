"""krait: lxml.etree without libxml2, in Python.

An element is the node itself (`nodes.py`); there are no proxies. `expat_reading.py` reads XML by expat, which krait has
in Rust; `lenient.py` reads what is not well-formed, and says what is wrong in libxml2's words. `html_reading.py` reads
HTML as libxml2 does. `xpath_syntax.py` and `xpath_run.py` are XPath 1.0. `writing.py` and `c14n.py` write.
"""
