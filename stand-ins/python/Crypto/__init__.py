"""krait: stand-ins for pycryptodome's modules."""
