"""krait: how pycryptodome calls its compiled libraries, which are krait's here."""

from _krait_stand_ins.pycryptodome import *
