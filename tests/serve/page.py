"""`/metrics` and `/ui` of the real program, as Prometheus and a browser without scripts see them.

    python3 tests/serve/page.py            # needs prometheus_client from PyPI; uses promtool if there
    python3 tests/serve/page.py --serve    # serves the same functions and calls, to be looked at
"""

import base64
import contextlib
import html.parser
import http.client
import io
import json
import shutil
import signal
import subprocess
import sys
import unittest
import urllib.parse
import zipfile

from server import ROOT, Server, project

FUNCTIONS = {
    "a-name-as-long-as-a-name-may-be-which-is-sixty-characters-12": "def main_handler(event, context):\n    pass\n",
    "hello": "def main_handler(event, context):\n    return event\n",
    "raises": "def main_handler(event, context):\n    raise ValueError('<script>alert(1)</script>')\n",
    "writes": "def main_handler(event, context):\n"
    "    print('</pre><script>alert(2)</script>')\n"
    "    return '</pre><img src=x onerror=alert(3)>'\n",
}


@contextlib.contextmanager
def launched(*options):
    """A server that has FUNCTIONS, and ends well."""
    with Server(project(FUNCTIONS), ["--log", "quiet", *options]) as server:
        yield server
        ended = server.terminate()
        assert ended == 0, ended


@contextlib.contextmanager
def served(*options):
    """The address of such a server, as HOST:PORT."""
    with launched(*options) as server:
        yield server.address


def ask(address, method, path, body=None, **headers):
    """The answer's status, headers and text."""
    connection = http.client.HTTPConnection(address, timeout=30)
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, answer.headers, text


def form(**fields):
    return urllib.parse.urlencode(fields)


def invoke(address, function, text="{}", **headers):
    body = form(function=f"default/{function}", event="", text=text, do="invoke")
    return ask(address, "POST", "/ui/invoke", body, **headers)


def zipped(source):
    """A function's package. The same source gives the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("index.py"), source)
    return packed.getvalue()


def facts(text):
    """What a page tells of a function: texts by their names."""
    told = {}
    for tag, _, text in Page(text).all:
        if tag == "dt":
            texts = told.setdefault(text, [])
        elif tag == "dd":
            texts.append(text.strip())
    return told


class Page(html.parser.HTMLParser):
    """The elements of a page, each with what is written in it and its descendants."""

    EMPTY = {"meta", "link", "input", "br", "img"}

    def __init__(self, text):
        super().__init__()
        self.all, self.open = [], []
        self.feed(text)
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag, attributes):
        element = [tag, dict(attributes), ""]
        self.all.append(element)
        if tag not in self.EMPTY:
            self.open.append(element)

    def handle_endtag(self, tag):
        assert self.open and self.open[-1][0] == tag, f"{tag} ends in {self.open[-1:]}"
        self.open.pop()

    def handle_data(self, data):
        for element in self.open:
            element[2] += data

    def texts(self, tag, **wanted):
        return [
            text
            for name, attributes, text in self.all
            if name == tag and all(attributes.get(key) == value for key, value in wanted.items())
        ]


class Metrics(unittest.TestCase):
    def scraped(self, address):
        from prometheus_client.parser import text_string_to_metric_families

        status, headers, text = ask(address, "GET", "/metrics")
        self.assertEqual(status, 200)
        self.assertEqual(headers["content-type"], "text/plain; version=0.0.4; charset=utf-8")
        if shutil.which("promtool"):
            checked = subprocess.run(
                ["promtool", "check", "metrics"], input=text, capture_output=True, text=True
            )
            self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, ""))
        samples = {}
        for family in text_string_to_metric_families(text):
            self.assertTrue(family.documentation)
            for sample in family.samples:
                key = (sample.name, *sorted(sample.labels.items()))
                self.assertNotIn(key, samples)
                samples[key] = sample.value
        return samples

    def of(self, function, **labels):
        labels |= {"namespace": "default", "function": function}
        return sorted(labels.items())

    def test_counts_are_those_of_the_calls(self):
        with served() as address:
            before = self.scraped(address)
            self.assertFalse([key for key in before if key[0] == "krait_invocations_total"])
            for _ in range(3):
                self.assertEqual(invoke(address, "hello")[0], 200)
            ask(address, "GET", "/url/raises")
            now = self.scraped(address)
        counts = {key[1:]: value for key, value in now.items() if key[0] == "krait_invocations_total"}
        expected = {
            tuple(self.of("hello", status_code="200")): 3,
            tuple(self.of("raises", status_code="430")): 1,
        }
        self.assertEqual(counts, expected)
        duration = "krait_invocation_duration_seconds"
        self.assertEqual(now[duration + "_count", *self.of("hello")], 3)
        self.assertEqual(now[duration + "_bucket", *self.of("hello", le="+Inf")], 3)
        self.assertGreater(now[duration + "_sum", *self.of("hello")], 0)
        self.assertEqual(now["krait_cold_start_duration_seconds_count", *self.of("hello")], 1)
        self.assertEqual(now["krait_instances", *self.of("hello", state="idle")], 1)
        self.assertEqual(now["krait_instances", *self.of("hello", state="busy")], 0)
        self.assertGreater(now["krait_instances_resident_bytes", *self.of("hello")], 1 << 20)
        self.assertGreater(now["krait_server_resident_bytes",], 1 << 20)
        for name in ["krait_waiting_calls", "krait_queued_events", "krait_lost_records_total"]:
            self.assertEqual(now[name,], 0)


class StatusPage(unittest.TestCase):
    def test_it_is_whole_without_scripts_and_lets_none_run(self):
        with served() as address:
            invoke(address, "hello", '{"a": 1}')
            status, headers, text = ask(address, "GET", "/ui")
            style = ask(address, "GET", "/ui/style.css")
        self.assertEqual(status, 200)
        page = Page(text)
        self.assertEqual(page.texts("script"), [])
        self.assertEqual(
            [attributes["href"] for tag, attributes, _ in page.all if tag == "link"],
            ["/ui/style.css"],
        )
        self.assertNotIn(" style=", text)
        self.assertEqual(style[0:1] + (style[1]["content-type"],), (200, "text/css; charset=utf-8"))
        self.assertNotIn("url(", style[2])
        self.assertEqual(
            headers["content-security-policy"],
            "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
            "frame-ancestors 'none'",
        )
        self.assertEqual(headers["x-content-type-options"], "nosniff")
        self.assertEqual(headers["cache-control"], "no-store")
        links = page.texts("a", href="/ui/functions/default/hello")
        self.assertEqual(links, ["hello"] * 3)  # of the function, its invocation, its instance
        self.assertEqual(page.texts("pre")[0], '{"a": 1}')
        self.assertIn("START RequestId", page.texts("pre")[1])
        labelled = {attributes["for"] for tag, attributes, _ in page.all if tag == "label"}
        fields = {a["id"] for tag, a, _ in page.all if tag in ("select", "textarea")}
        self.assertEqual(labelled, fields)
        self.assertEqual(len(page.texts("caption")), len(page.texts("table")))

    def test_a_template_is_filled_in_by_link_and_by_button(self):
        event = (ROOT / "runtime/src/contract/events/cos.json").read_text()
        body = form(function="default/writes", event="cos", text="lost", do="fill")
        with served() as address:
            asked = [
                ask(address, "GET", "/ui?event=cos&function=default/writes"),
                ask(address, "GET", "/ui/functions/default/writes?event=cos"),
                ask(address, "POST", "/ui/invoke", body),
            ]
        for status, _, text in asked:
            page = Page(text)
            self.assertEqual((status, page.texts("textarea")), (200, [event]))
            self.assertEqual(page.texts("option", selected=None, value="default/writes"), ["writes"])
            chosen = [a["value"] for tag, a, _ in page.all if tag == "option" and "selected" in a]
            self.assertEqual(chosen, ["default/writes", "cos"])

    def test_an_answer_has_its_text_log_and_the_event_again(self):
        with served() as address:
            status, _, text = invoke(address, "hello", '{"b": [1, 2]}\n')
            refused = invoke(address, "hello", "{")
            gone = invoke(address, "absent")
        page = Page(text)
        self.assertEqual(status, 200)
        self.assertEqual(page.texts("h1"), ["hello 200 returned"])
        self.assertEqual(page.texts("pre")[0], '{"b": [1, 2]}')
        self.assertIn("START RequestId", page.texts("pre")[1])
        self.assertEqual(page.texts("textarea"), ['{"b": [1, 2]}\n'])
        self.assertEqual(refused[0], 400)
        self.assertIn("the event is not valid JSON", Page(refused[2]).texts("p", **{"class": "problem"})[0])
        self.assertEqual(gone[0], 404)

    def test_code_that_is_not_in_service_is_told_of(self):
        with launched() as server:
            server.write(project(FUNCTIONS, {"hello": 'code = "<i>gone"'}))
            server.process.send_signal(signal.SIGHUP)
            server.says("4 functions are in service")
            paths = ["/ui", "/ui/functions/default/hello"]
            pages = [ask(server.address, "GET", path)[2] for path in paths]
        for text in pages:
            problem = Page(text).texts("p", **{"class": "problem"})
            self.assertEqual(len(problem), 1)
            start = "The newest code is not in service; the last that could be used is. "
            self.assertTrue(problem[0].startswith(start), problem)
            self.assertIn("<i>gone", problem[0])

    def test_a_function_s_settings(self):
        source = "def main_handler(event, context):\n    pass\n"
        often = '[[functions.often.timers]]\nname = "{}"\ncron = "0 0 {} * * * *"\n'
        settings = "concurrency = 3\nenvironment = { KEY = 'secret', OTHER = '' }\n" + often.format("night", 3) + often.format("day", 12) + "enabled = false\n"
        with Server(project({"often": source}, {"often": settings})) as server:
            code = base64.b64encode(zipped(source)).decode()
            headers = {"X_TC_Action": "CreateFunction", "X_TC_Version": "2018-04-16", "X_TC_Region": "ap-guangzhou"}
            created = json.dumps({"FunctionName": "made", "Code": {"ZipFile": code}})
            self.assertNotIn("Error", json.loads(ask(server.address, "POST", "/", created, **headers)[2])["Response"])
            told = {name: facts(ask(server.address, "GET", f"/ui/functions/default/{name}")[2]) for name in ["often", "made"]}
            nameless = ask(server.address, "POST", "/ui/invoke", form(text="{}", do="invoke"))
        self.assertEqual(told["often"]["At once"], ["3"])
        self.assertEqual(told["often"]["Timer"], ["night 0 0 3 * * * *", "day 0 0 12 * * * * (off)"])
        self.assertEqual(told["often"]["Environment"], ["KEY, OTHER"])
        self.assertEqual(told["made"]["Code"], [f"a zip of {len(zipped(source))} bytes, from the API"])
        self.assertEqual((nameless[0], nameless[2]), (400, "the form names no function\n"))

    def test_what_others_wrote_is_text(self):
        with served() as address:
            invoke(address, "raises")
            pages = [
                invoke(address, "writes")[2],
                invoke(address, "writes", "</textarea><script>alert(4)</script>")[2],
                invoke(address, "<script>alert(5)</script>")[2],
                ask(address, "GET", "/ui")[2],
                ask(address, "GET", "/ui/functions/default/writes")[2],
                ask(address, "GET", "/ui?event=%3Cscript%3E&function=%22%3E%3Cscript%3E/x")[2],
            ]
            unknown = ask(address, "GET", "/ui/functions/default/%3Cscript%3E")
        for text in pages:
            page = Page(text)
            self.assertEqual(page.texts("script") + page.texts("img"), [])
            self.assertFalse([a for _, a, _ in page.all if any(name.startswith("on") for name in a)])
        self.assertIn("</pre><script>alert(2)</script>", "".join(Page(pages[0]).texts("pre")))
        self.assertIn("</pre><img src=x onerror=alert(3)>", "".join(Page(pages[3]).texts("pre")))
        self.assertIn("<script>alert(5)</script>", Page(pages[2]).texts("h1")[0])
        self.assertEqual((unknown[0], unknown[1]["content-type"]), (404, "text/plain; charset=utf-8"))

    def test_other_sites_invoke_nothing(self):
        with served() as address:
            port = address.rsplit(":")[-1]
            refused = [
                {"Origin": "https://example.com"},
                {"Origin": f"http://127.0.0.1:{int(port) - 1}"},
                {"Origin": "null"},
                {"Sec_Fetch_Site": "cross-site"},
                {"Sec_Fetch_Site": "same-site"},
                {"Sec_Fetch_Site": "same-site", "Origin": f"http://{address}"},
            ]
            for headers in refused:
                self.assertEqual(invoke(address, "hello", **headers)[0], 403, headers)
            for host in ["example.com", f"localhost.example.com:{port}", "null", "127.0.0.1.nip.io"]:
                got = invoke(address, "hello", Host=host, Origin=f"http://{host}")
                self.assertEqual(got[0], 421, host)
                self.assertEqual(ask(address, "GET", "/ui", Host=host)[0], 421, host)
            self.assertNotIn("krait_invocations_total{", ask(address, "GET", "/metrics")[2])
            own = {"Origin": f"http://{address}", "Sec_Fetch_Site": "same-origin"}
            self.assertEqual(invoke(address, "hello", **own)[0], 200)
            for host in [f"localhost:{port}", f"[::1]:{port}", "192.168.1.2"]:
                self.assertEqual(ask(address, "GET", "/ui", Host=host)[0], 200, host)
            self.assertEqual(ask(address, "GET", "/ui/invoke")[0], 200)
            self.assertEqual(ask(address, "PUT", "/ui/invoke")[1]["allow"], "GET, HEAD, POST")

    def test_a_function_s_page_is_not_krait_s(self):
        """To a browser, what a function answers at its URL has krait's origin."""
        worker = "def main_handler(event, context):\n" \
            "    return {'statusCode': 200, 'headers': {'Service-Worker-Allowed': '/'}, 'body': 'ok'}\n"
        with Server(project({**FUNCTIONS, "worker": worker})) as server:
            address = server.address
            of_page = {"Origin": f"http://{address}", "Sec_Fetch_Site": "same-origin", "Sec_Fetch_Dest": "empty"}
            call = {"X_TC_Action": "ListFunctions", "X_TC_Version": "2018-04-16", "X_TC_Region": "ap-guangzhou"}
            self.assertEqual(ask(address, "POST", "/", "{}", **call)[0], 200)
            for page in [of_page, {"Sec_Fetch_Site": "same-origin"}, {"Origin": f"http://{address}"}]:
                self.assertEqual(ask(address, "POST", "/", "{}", **call, **page)[0], 403, page)
                path = "/2015-03-31/functions/hello/invocations"
                self.assertEqual(ask(address, "POST", path, "{}", **page)[0], 403, page)
            for path in ["/ui", "/ui/functions/default/hello"]:
                for wanted in ["empty", "iframe", "script", "object"]:
                    self.assertEqual(ask(address, "GET", path, Sec_Fetch_Dest=wanted)[0], 403, wanted)
                opened = ask(address, "GET", path, Sec_Fetch_Site="same-origin", Sec_Fetch_Dest="document")
                self.assertEqual(opened[0], 200)
                self.assertEqual(opened[1]["cross-origin-opener-policy"], "same-origin")
            self.assertEqual(ask(address, "GET", "/ui/style.css", Sec_Fetch_Dest="style")[0], 200)
            worker = ask(address, "GET", "/url/worker")
            self.assertEqual((worker[0], worker[1]["service-worker-allowed"]), (200, None))

    def test_credentials_are_asked_for_where_there_are_any(self):
        def basic(text):
            return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}

        with served("--secret-id", "some-id", "--secret-key", "some:key") as address:
            for path in ["/ui", "/ui/style.css", "/ui/functions/default/hello", "/metrics"]:
                status, headers, text = ask(address, "GET", path)
                self.assertEqual(status, 401, path)
                self.assertEqual(headers["www-authenticate"], 'Basic realm="krait", charset="UTF-8"')
                self.assertNotIn("hello", text)
            for wrong in ["some-id:some:kez", "some-ie:some:key", "some-id", ":", "some-id:"]:
                self.assertEqual(ask(address, "GET", "/ui", **basic(wrong))[0], 401, wrong)
            self.assertEqual(ask(address, "GET", "/ui", Authorization="Basic !")[0], 401)
            self.assertEqual(invoke(address, "hello")[0], 401)
            right = basic("some-id:some:key")
            self.assertEqual(ask(address, "GET", "/ui", Host="krait.example.com", **right)[0], 200)
            self.assertEqual(ask(address, "GET", "/metrics", **right)[0], 200)
            self.assertEqual(invoke(address, "hello", **right)[0], 200)
            self.assertEqual(invoke(address, "hello", Origin="http://a.example", **right)[0], 403)


def serve():
    with launched() as server:
        address = server.address
        for _ in range(3):
            invoke(address, "hello", json.dumps({"name": "SCF", "items": list(range(40))}))
        invoke(address, "raises")
        invoke(address, "writes")
        (server.project / "writes").rename(server.project / "gone")
        server.process.send_signal(signal.SIGHUP)
        server.says("4 functions are in service")
        print(address, flush=True)
        sys.stdin.readline()


if __name__ == "__main__":
    serve() if sys.argv[1:] == ["--serve"] else unittest.main()
