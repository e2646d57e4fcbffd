"""krait: msgspec's compiled half, in Python.

`structs.py` is `Struct` and its metaclass. `types_read.py` makes of a type a reader, which takes what JSON or MessagePack
hold and gives values of that type, or tells what is wrong and where; `formats.py` has dates and the like. `writing.py` makes
plain values of all others, which `texts.py` and `packed.py` write.
"""
