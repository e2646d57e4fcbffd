"""What needs libxml2 or libxslt: it can be imported, and says that it is missing when it is used."""


def _missing(name, what):
    def refuse(self, *given, **named):
        raise NotImplementedError(f"krait's stand-in for lxml has no {what}")

    return type(name, (), {"__init__": refuse, "__module__": "lxml.etree"})


XSLT = _missing("XSLT", "XSLT")
XSLTAccessControl = _missing("XSLTAccessControl", "XSLT")
XMLSchema = _missing("XMLSchema", "XML Schema")
RelaxNG = _missing("RelaxNG", "RELAX NG")
Schematron = _missing("Schematron", "Schematron")
DTD = _missing("DTD", "validation by DTDs")


class XSLTExtension:
    pass


def _nothing_from(name):
    def refuse(cls, *given, **named):
        cls()

    return classmethod(refuse)


XSLT.strparam = staticmethod(lambda text: f"'{text}'" if "'" not in text else f'"{text}"')
RelaxNG.from_rnc_string = _nothing_from("RELAX NG")
