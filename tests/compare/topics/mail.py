"""email: headers, addresses, whole messages, quoted words."""

from draw import table

PRELUDE = """
import email, email.charset, email.header, email.headerregistry, email.message, email.mime.text, email.policy, email.utils, datetime
def told(message):
    # A message as a tree.
    parts = [(each.get_content_type(), each.get_content_charset(), each.get_filename(), each.get_payload(decode=True), [type(d).__name__ for d in each.defects]) for each in message.walk()]
    return [(name, str(value)) for name, value in message.items()], parts, message.preamble, message.epilogue
def written(policy, headers, content, **options):
    message = email.message.EmailMessage(policy)
    for name, value in headers: message[name] = value
    message.set_content(content, **options)
    return message.as_bytes()
def attached(policy, *parts):
    message = email.message.EmailMessage(policy)
    message.set_content("first")
    for data, options in parts: message.add_attachment(data, **options)
    message.set_boundary("B")
    return message.as_bytes()
"""

CALLS = table("""
email.utils.parseaddr address strict=boolean?
email.utils.getaddresses addresses strict=boolean?
email.utils.formataddr pair charset=charset?
email.utils.parsedate email.utils.parsedate_tz email.utils.parsedate_to_datetime | date
email.utils.formatdate stamp usegmt=boolean?
email.utils.format_datetime moment usegmt=boolean?
email.utils.quote email.utils.unquote | word
email.utils.encode_rfc2231 text charset=charset?
email.utils.decode_rfc2231 word
email.utils.collapse_rfc2231_value word
email.header.decode_header header
email.header.Header word charset=charset? maxlinelen=length? header_name=name?
email.header.make_header decoded
""")

ADDRESSES = ("a@b.c", "A B <a@b.c>", '"A, B" <a@b.c>', "<a@b.c>", "a@b.c (comment)", "a b@c", "=?utf-8?b?5Lit?= <a@b.c>", "\u4e2d <a@b.c>", "group: a@b.c, d@e.f;", "a@[1.2.3.4]", '"a b"@c.d', "a@b@c", "", "a", "@", "<>", "a@b.c, d@e.f", "a@b.c>", "A <a@b.c", "a..b@c.d", "a@b.c\n", "A. B. <a@b.c>", "a@b.c,", "\ud800@x",
             "(c) a@b.c", 'x "y" <z@w>', "undisclosed-recipients:;", "a@b <c@d>")
DATES = ("Mon, 01 Jan 2024 00:00:00 +0800", "01 Jan 2024 00:00:00 GMT", "Mon, 1 Jan 24 0:0 EST", "2024-01-01", "Mon, 31 Feb 2024 25:00:00 -0000", "Jan 1 2024", "", "x", "Mon 01-Jan-2024 10:20:30", "1 Jan 2024 00:00:00 +25:00", "Mon, 01 Jan 2024 00:00:00 -0030", "1 Jan 99 1:2:3", "01 Jan 2024 00.00.00 Z", "Mon,01 Jan 2024 00:00:00 A", "1 Janu 2024 1:1")
HEADERS = ("plain", "=?utf-8?q?caf=C3=A9?=", "=?utf-8?b?5Lit5paH?=", "=?utf-8?b?5Lit5paH?= =?utf-8?q?x?=", "a =?iso-8859-1?q?=E9?= b", "=?none?q?x?=", "=?utf-8?x?y?=", "=?utf-8?b?!!!?=", "=?utf-8?q?a_b=5F?=", "=?utf-8*en?q?x?=", "=?gbk?b?1tA=?=", "\u4e2d\u6587", "x" * 90, "word " * 30, "a\r\n b", "a\nb", "=?utf-8?q??=",
           "=?UTF-8?Q?=e4=b8=ad?=", "=?utf-8?b?5Lit", "=?utf-8?q?=ff?=", "a=?utf-8?q?b?=c", "\xe9", "=?us-ascii?q?=C3?=")
FIELDS = ("Subject", "From", "To", "Date", "Content-Type", "X-Long", "Reply-To", "Message-ID", "Content-Disposition", "MIME-Version", "subject", "Content-Transfer-Encoding", "X y", "Cc", "List-Id", "X:")
CONTENT_TYPES = ("text/plain", "text/html; charset=utf-8", 'text/plain; charset="gbk"', "multipart/mixed; boundary=B", 'multipart/alternative; boundary="B"', "text/plain; name*=utf-8''%e4%b8%ad", "text", "image/png; name=x.png", "multipart/mixed", "application/json", "text/plain; charset=none", "text/plain; format=flowed; x=\"a;b\"", "message/rfc822", "text/plain; name*0=a; name*1=b",
                 ";", "TEXT/Plain; CHARSET=UTF-8", "a/b; c")
BODIES = ("hello", "caf\xe9", "\u4e2d\u6587\n", "=3D=\n", "aGVsbG8=", "a\r\nb\r\n", "--B\n\npart\n--B--\n", "--B\nContent-Type: text/html\n\n<p>\n--B\nContent-Disposition: attachment; filename=x.txt\n\nxyz\n--B--\nend\n", "", "From me\n", ".\n", "x" * 1100, "line \n\ttab", "--B\n\nopen", "begin 644 x\n#86)C\n \nend\n", "\ud800")
ENCODINGS = ("7bit", "8bit", "base64", "quoted-printable", "x-uuencode", "binary", "none")


def message(draw):
    lines = []
    for _ in range(draw.some(5)):
        name = draw.of(FIELDS)
        lower = name.lower()
        value = draw.of(CONTENT_TYPES if lower == "content-type" else ENCODINGS if lower.endswith("encoding") else DATES if lower == "date" else ADDRESSES if lower in ("from", "to", "cc") else HEADERS)
        lines.append(draw.of((f"{name}: {value}", f"{name}:{value}", f"{name}: {value}")))
    separator = draw.of(("\n", "\n", "\r\n"))
    return separator.join(lines) + separator * 2 + draw.of(BODIES)


KINDS = {
    "address": lambda draw: ascii(draw.of(ADDRESSES)),
    "addresses": lambda draw: f"[{', '.join(ascii(draw.of(ADDRESSES)) for _ in range(draw.some(3)))}]",
    "pair": lambda draw: f"({ascii(draw.of(('', 'A B', 'A, B', '\u4e2d', 'q\"x', 'caf\xe9', 'a@b', 'x' * 60)))}, {ascii(draw.of(('a@b.c', '\u4e2d@b.c', '', 'x')))})",
    "charset": ("'utf-8'", "'gbk'", "'iso-8859-1'", "'us-ascii'", "None", "'none'"),
    "date": lambda draw: ascii(draw.of(DATES)),
    "stamp": ("0", "1700000000", "1.5", "-1", "1e12"),
    "moment": ("datetime.datetime(2024, 1, 2, 3, 4, 5)", "datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone.utc)", "datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone(datetime.timedelta(hours=-3.5)))"),
    "word": lambda draw: ascii(draw.of(HEADERS + ("\"q\\\"x\"", "<a>", "utf-8''%e4", "('utf-8', '', '%e4')", "a'b'c"))),
    "header": lambda draw: ascii(draw.of(HEADERS) + draw.of(("", " ", draw.of(HEADERS)))),
    "length": ("20", "76", "0", "40", "None"),
    "name": ("'Subject'", "'X-Very-Long-Header-Name'", "''"),
    "decoded": lambda draw: f"[({ascii(draw.of(HEADERS))}, None), ({draw.of(('b\"caf\\xc3\\xa9\"', 'b\"x\"', ascii(draw.of(HEADERS))))}, 'utf-8')]",
}
POLICIES = ("email.policy.default", "email.policy.compat32", "email.policy.SMTP", "email.policy.HTTP", "email.policy.SMTPUTF8", "email.policy.default.clone(max_line_length=20)", "email.policy.strict", "email.policy.default.clone(cte_type='7bit')")


def program(draw):
    number = draw.random()
    policy = draw.of(POLICIES)
    if number < 0.35:
        text = message(draw)
        if draw.chance(0.4):
            return f"told(email.message_from_bytes({text.encode('utf-8', 'surrogatepass')!r}, policy={policy}))"
        if draw.chance(0.3):
            return f"email.message_from_string({ascii(text)}, policy={policy}).{draw.of(('as_string()', 'as_bytes()', 'as_string(unixfrom=False, maxheaderlen=40)'))}"
        return f"told(email.message_from_string({ascii(text)}, policy={policy}))"
    if number < 0.6:
        headers = ", ".join(f"({draw.of(FIELDS[:8] if draw.chance(0.95) else FIELDS)!r}, {ascii(draw.of(HEADERS + ADDRESSES))})" for _ in range(draw.some(3)))
        options = draw.of(("", "", ", subtype='html'", ", charset='gbk'", ", cte='base64'", ", cte='quoted-printable'", ", cte='7bit'", ", cte='8bit'", ", charset='none'"))
        return f"written({policy.replace('compat32', 'default')}, [{headers}], {ascii(draw.of(BODIES))}{options})"
    if number < 0.66:
        parts = ", ".join(f"({draw.of((repr(draw.raw_bytes()), ascii(draw.of(BODIES))))}, {draw.of(('dict(filename=\"x.txt\")', 'dict(maintype=\"image\", subtype=\"png\", filename=\"\\u4e2d.png\")', 'dict(maintype=\"application\", subtype=\"x\", cid=\"<c>\")', 'dict(subtype=\"csv\")'))})" for _ in range(draw.some(2, 1)))
        return f"attached({policy.replace('compat32', 'default')}, {parts})"
    if number < 0.72:
        return f"email.mime.text.MIMEText({ascii(draw.of(BODIES))}, {draw.of(('\"plain\"', '\"html\"'))}, {draw.of(('None', '\"utf-8\"', '\"gbk\"', '\"us-ascii\"'))}).as_string()"
    if number < 0.82:
        field = draw.of(("subject", "from", "date", "content-type", "content-disposition", "mime-version", "to", "message-id", "x"))
        value = draw.of(CONTENT_TYPES if field.startswith("content") else DATES if field == "date" else ADDRESSES if field in ("from", "to") else HEADERS)
        part = draw.of(("", ".fold(policy=email.policy.default)", ".defects", "", ".datetime" if field == "date" else "", ".addresses" if field in ("from", "to") else "", ".params" if field.startswith("content") else ""))
        shown = f"email.headerregistry.HeaderRegistry()({field!r}, {ascii(value)}){part}"
        return f"str({shown})" if not part else shown
    name, signature = draw.of(CALLS)
    shown = draw.call(name, signature)
    if "Header(" in shown or "make_header(" in shown:
        return f"{shown}.encode({draw.of(('', '', 'maxlinelen=30', 'splitchars=\";\"'))})" if draw.chance(0.6) else f"str({shown})"
    return shown
