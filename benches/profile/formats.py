"""Formats: json, csv, xml, URLs, mail, and what is packed or signed."""

import base64
import configparser
import csv
import datetime
import email
import email.message
import gzip
import hashlib
import hmac
import html.parser
import io
import json
import pickle
import urllib.parse
import uuid
import xml.etree.ElementTree as ElementTree
import zipfile
import zlib

PIECES = []


def piece(function):
    PIECES.append(function)
    return function


ORDERS = [
    {"id": f"o-{i}", "total": i * 1.25, "paid": i % 3 == 0, "note": None if i % 2 else "é 备注 \"x\"",
     "lines": [{"sku": f"s{j}", "count": j + 1} for j in range(i % 5)]}
    for i in range(60)
]
ORDERS_TEXT = json.dumps(ORDERS)


@piece
def json_both_ways():
    orders = json.loads(ORDERS_TEXT)
    paid = [order for order in orders if order["paid"]]
    return len(json.dumps({"orders": paid}, ensure_ascii=False)), json.loads(ORDERS_TEXT.encode())[0]["id"]


@piece
def json_with_options():
    text = json.dumps(ORDERS[:15], indent=2, sort_keys=True, default=str)
    try:
        json.loads(text[:-3])
    except json.JSONDecodeError as error:
        position = error.pos
    big = json.loads("[1, 2.5, 1e400, 12345678901234567890]", parse_float=str, object_hook=dict)
    return position, len(json.dumps(big, separators=(",", ":"))), \
        json.dumps({"at": datetime.date(2024, 1, 2)}, default=lambda value: value.isoformat())


@piece
def csv_both_ways():
    out = io.StringIO()
    writer = csv.DictWriter(out, ["id", "total", "note"], extrasaction="ignore")
    writer.writeheader()
    writer.writerows(ORDERS)
    rows = list(csv.DictReader(io.StringIO(out.getvalue())))
    plain = list(csv.reader(io.StringIO('a;"b;c";d\n1;2;3\n' * 40), delimiter=";"))
    return sum(float(row["total"]) for row in rows), len(plain), plain[0][1]


XML = "<shop xmlns:x='urn:x'>" + "".join(
    f"<product id='{i}' x:kind='k{i % 3}'><name>Thing &amp; {i}</name><price currency='EUR'>{i}.5</price>"
    f"<!-- note --><stock/></product>" for i in range(50)
) + "</shop>"


@piece
def xml_both_ways():
    shop = ElementTree.fromstring(XML)
    total = 0.0
    for product in shop.iter("product"):
        price = product.find("price")
        if price is not None and price.get("currency") == "EUR":
            total += float(price.text)
        product.set("seen", "yes")
    names = [name.text for name in shop.findall("./product/name")]
    extra = ElementTree.SubElement(shop, "extra", {"a": "b"})
    extra.text = shop.findtext("product[@id='3']/name")
    return total, len(names), len(ElementTree.tostring(shop))


class Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.links = []

    def handle_starttag(self, tag, attributes):
        if tag == "a":
            self.links.append(dict(attributes).get("href"))


@piece
def web_pages():
    parser = Links()
    parser.feed("<html><body><p class='x'>text &amp; more<a href='/a?b=1'>one</a><br/></p></body></html>" * 4)
    return parser.links


@piece
def addresses():
    total = 0
    for i in range(20):
        query = urllib.parse.urlencode({"page": i, "q": "a b&c/ü", "tag": ["x", "y"]}, doseq=True)
        url = urllib.parse.urljoin("https://user@shop.example.com:8443/a/b", f"../c/{i}?{query}#top")
        parts = urllib.parse.urlsplit(url)
        values = urllib.parse.parse_qs(parts.query)
        total += len(values["tag"]) + parts.port + len(urllib.parse.quote("path/with ü?") + parts.path)
        total += len(urllib.parse.unquote("%E5%8C%97%20x+y")) + len(urllib.parse.unquote_plus("a+b%20c"))
        total += len(urllib.parse.urlparse(url)._replace(fragment="").geturl())
        total += dict(urllib.parse.parse_qsl("a=1&b=2&c="))["a"] == "1"
    return total


@piece
def messages():
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.com", "B <b@example.com>", "Grüße"
    message.set_content("Hello,\n\nthis is a text.\n")
    message.add_attachment(b"data" * 20, maintype="application", subtype="octet-stream", filename="d.bin")
    again = email.message_from_bytes(message.as_bytes())
    return again["to"], [part.get_content_type() for part in again.walk()]


@piece
def settings():
    parser = configparser.ConfigParser()
    parser.read_string("[main]\nname = x\nsize: 5\n[other]\npath = %(base)s/y\nbase = /z\n")
    return parser.getint("main", "size"), parser["other"]["path"], parser.sections()


@piece
def compression():
    data = ORDERS_TEXT.encode()
    packed = gzip.compress(data)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.json", data)
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
    return gzip.decompress(packed) == data, len(zlib.decompress(zlib.compress(data, 9))), names


@piece
def digests():
    key, total = b"secret key", 0
    for i in range(20):
        text = f"GET\n/orders/{i}\nhost:example.com\n"
        digest = hashlib.sha256(text.encode()).hexdigest()
        signature = hmac.new(key, digest.encode(), hashlib.sha1).digest()
        total += len(base64.b64encode(signature)) + hmac.compare_digest(signature, signature)
    return total, hashlib.md5(ORDERS_TEXT.encode()).hexdigest(), hashlib.sha512(b"x").hexdigest()[:5]


@piece
def encodings():
    data = ORDERS_TEXT.encode()[:3000]
    text = base64.b64encode(data).decode()
    return base64.b64decode(text) == data, base64.urlsafe_b64encode(data)[:9], base64.b32encode(data)[:9], \
        bytes.fromhex(data.hex()) == data, str(uuid.uuid4())[8], uuid.uuid5(uuid.NAMESPACE_URL, "x").hex


@piece
def pickles():
    return pickle.loads(pickle.dumps(ORDERS[:20]))[3] == ORDERS[3]


@piece
def files_in_memory():
    out = io.StringIO()
    for i in range(150):
        print(i, "line", file=out)
    out.seek(0)
    total = sum(len(line) for line in out)
    raw = io.TextIOWrapper(io.BytesIO(out.getvalue().encode()), encoding="utf-8")
    return total, raw.readline(), len(raw.read())
