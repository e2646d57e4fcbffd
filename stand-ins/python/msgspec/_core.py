"""krait: msgspec's compiled half, in Python (`_krait_stand_ins.msgspec_core`)."""

from _krait_stand_ins.msgspec_core.coders import (
    JSONDecoder, JSONEncoder, MsgpackDecoder, MsgpackEncoder, convert, json_decode, json_encode, json_format, msgpack_decode,
    msgpack_encode, to_builtins,
)
from _krait_stand_ins.msgspec_core.errors import DecodeError, EncodeError, MsgspecError, ValidationError
from _krait_stand_ins.msgspec_core.structs import (
    NODEFAULT, UNSET, Factory, Field, Struct, StructConfig, StructMeta, UnsetType, asdict, astuple, defstruct, force_setattr, replace,
)
from _krait_stand_ins.msgspec_core.values import Ext, Meta, Raw

_struct_lookup_cache = {}

for _each, _place in (
    *((each, "msgspec") for each in (DecodeError, EncodeError, MsgspecError, ValidationError, Struct, Meta, Raw, UnsetType, Field)),
    *((each, "msgspec.json") for each in (JSONDecoder, JSONEncoder)),
    *((each, "msgspec.msgpack") for each in (MsgpackDecoder, MsgpackEncoder, Ext)),
    (StructMeta, "msgspec._core"), (Factory, "msgspec._core"),
):
    _each.__module__ = _place
    if _each in (JSONDecoder, MsgpackDecoder):
        _each.__name__ = _each.__qualname__ = "Decoder"
    elif _each in (JSONEncoder, MsgpackEncoder):
        _each.__name__ = _each.__qualname__ = "Encoder"
