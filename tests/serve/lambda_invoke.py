"""AWS Lambda's `Invoke`, by boto3: the same functions by another face.

Needs `pip install boto3`.
"""

import base64
import datetime
import json
import re
from unittest import mock

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from harness import Case
from server import PATIENCE

ID, KEY = "AKIDofTheTests", "theKeyOfTheTests"
SOURCE = """import os
def main_handler(event, context):
    print("said", event)
    if event == "fail":
        try:
            raise KeyError("the cause")
        except KeyError:
            raise UnicodeError("of: the function")
    if event == "exit":
        os._exit(1)
    if event == "hang":
        while True:
            pass
    if event == "many":
        bytearray(1 << 30)
    return {"got": event}
"""
PROJECT = {"krait.toml": "[functions.orders]\ntimeout = 1\n[functions.missing]\n[functions.broken]\n", "broken/index.py": "import json\njson.loads('{')\n", "orders/index.py": SOURCE, "missing/other.py": ""}


class Lambda(Case):
    PROJECT = PROJECT

    def lambda_client(self, key_id="any", key="any"):
        config = Config(retries={"max_attempts": 0}, read_timeout=PATIENCE)
        return boto3.client("lambda", endpoint_url=f"http://{self.server.address}", region_name="us-east-1", aws_access_key_id=key_id, aws_secret_access_key=key, config=config)

    def invoked(self, event=None, name="orders", client=None, **parameters):
        """Status, payload, and what the answer says besides."""
        if event is not None:
            parameters["Payload"] = json.dumps(event)
        answer = (client or self.lambda_client()).invoke(FunctionName=name, **parameters)
        return answer["StatusCode"], answer["Payload"].read().decode(), answer

    def failed(self, event, **parameters):
        status, payload, answer = self.invoked(event, **parameters)
        self.assertEqual((status, answer["FunctionError"]), (200, "Unhandled"))
        self.assertEqual(answer["ExecutedVersion"], "$LATEST")
        payload = payload.replace(answer["ResponseMetadata"]["RequestId"], "ID")
        return json.loads(payload)

    def refused_with(self, kind, message, status, *arguments, **parameters):
        with self.assertRaises(ClientError) as caught:
            self.invoked(*arguments, **parameters)
        error = caught.exception.response
        told = (error["Error"]["Code"], error["Error"]["Message"], error["ResponseMetadata"]["HTTPStatusCode"])
        self.assertEqual(told, (kind, message, status))


class Calls(Lambda):
    def test_an_answer(self):
        status, payload, answer = self.invoked({"text": "中文"})
        self.assertEqual((status, json.loads(payload)), (200, {"got": {"text": "中文"}}))
        self.assertEqual(answer["ExecutedVersion"], "$LATEST")
        self.assertNotIn("FunctionError", answer)
        self.assertNotIn("LogResult", answer)
        self.assertRegex(answer["ResponseMetadata"]["RequestId"], r"^[0-9a-f-]{36}$")
        # Without an event.
        self.assertEqual(json.loads(self.invoked()[1]), {"got": {}})

    def test_the_log(self):
        answer = self.invoked(1, LogType="Tail")[2]
        log = base64.b64decode(answer["LogResult"]).decode()
        self.assertIn("said 1\n", log)
        self.assertIn(answer["ResponseMetadata"]["RequestId"], log)

    def test_failures(self):
        self.assertEqual(
            self.failed("fail"),
            {
                "errorMessage": "of: the function",
                "errorType": "UnicodeError",
                "requestId": "ID",
                "stackTrace": ['  File "/var/user/index.py", line 8, in main_handler\n    raise UnicodeError("of: the function")\n'],
            },
        )
        broken = self.failed(1, name="broken")
        self.assertEqual((broken["errorType"], broken["stackTrace"][0]), ("JSONDecodeError", '  File "/var/user/index.py", line 2, in <module>\n    json.loads(\'{\')\n'))
        exited = "RequestId: ID Error: Runtime exited without providing a reason"
        self.assertEqual(self.failed("exit"), {"errorType": "Runtime.ExitError", "errorMessage": exited})
        late = "RequestId: ID Error: Task timed out after 1.00 seconds"
        self.assertEqual(self.failed("hang"), {"errorType": "Sandbox.Timedout", "errorMessage": late})
        many = "RequestId: ID Error: Runtime exited with error: signal: killed"
        self.assertEqual(self.failed("many"), {"errorType": "Runtime.OutOfMemory", "errorMessage": many})
        missing = "Unable to import module 'index': No module named 'index'"
        self.assertEqual(self.failed(1, name="missing"), {"errorMessage": missing, "errorType": "Runtime.ImportModuleError", "requestId": "ID", "stackTrace": []})

    def test_an_event_is_queued(self):
        status, payload, answer = self.invoked({"later": 1}, InvocationType="Event")
        self.assertEqual((status, payload), (202, ""))
        self.assertEqual(self.ended(answer["ResponseMetadata"]["RequestId"])["Status"], "FINISHED")

    def test_a_dry_run(self):
        lines = len(self.server.log)
        self.assertEqual(self.invoked("fail", InvocationType="DryRun")[:2], (204, ""))
        self.assertEqual([line for line in self.server.log[lines:] if "said" in line], [])
        missing = "Function not found: arn:aws:lambda:ap-guangzhou:1251234567:function:none"
        self.refused_with("ResourceNotFoundException", missing, 404, name="none", InvocationType="DryRun")

    def test_versions(self):
        self.create()
        self.call("PublishVersion", FunctionName="made")
        arn = "arn:aws:lambda:us-east-1:123456789012:function:made"
        for name, version in [("made", "$LATEST"), ("made:1", "1"), (arn, "$LATEST"), (f"{arn}:1", "1"), ("123456789012:function:made:$LATEST", "$LATEST")]:
            self.assertEqual(self.invoked(1, name)[2]["ExecutedVersion"], version, name)
        for qualifier in ["1", "$LATEST"]:
            self.assertEqual(self.invoked(1, "made", Qualifier=qualifier)[2]["ExecutedVersion"], qualifier)
        self.assertEqual(self.invoked(1, "made:1", Qualifier="1")[2]["ExecutedVersion"], "1")
        missing = "Function not found: arn:aws:lambda:ap-guangzhou:1251234567:function:made:2"
        self.refused_with("ResourceNotFoundException", missing, 404, 1, "made", Qualifier="2")
        other = "The derived qualifier from the function name does not match the specified qualifier."
        self.refused_with("InvalidParameterValueException", other, 400, 1, "made:1", Qualifier="2")

    def test_what_cannot_be_invoked(self):
        with self.assertRaises(ClientError) as caught:
            self.lambda_client().invoke(FunctionName="orders", Payload=b"{")
        self.assertRegex(str(caught.exception), r"InvalidRequestContentException.*: Could not parse request body into json: ")
        large = "Request must be smaller than 6291456 bytes for the InvokeFunction operation"
        self.refused_with("RequestTooLargeException", large, 413, "x" * 6291456)
        value = "1 validation error detected: Value 'Never' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]"
        self.refused_with("ValidationException", value, 400, 1, InvocationType="Never")
        with self.assertRaises(ClientError) as caught:
            self.lambda_client().list_functions()
        self.assertEqual(caught.exception.response["Error"]["Code"], "UnknownOperationException")


class Signed(Lambda):
    OPTIONS = ("--secret-id", ID, "--secret-key", KEY)

    def test_the_right_key(self):
        client = self.lambda_client(ID, KEY)
        arn = "arn:aws:lambda:us-east-1:123456789012:function:orders"
        for name in ["orders", "orders:$LATEST", arn]:
            for more in [{}, {"Qualifier": "$LATEST"}, {"InvocationType": "RequestResponse", "LogType": "Tail"}]:
                self.assertEqual(json.loads(self.invoked({"a": "中"}, name, client, **more)[1]), {"got": {"a": "中"}})

    def test_the_wrong_one(self):
        wrong = (
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
            "and signing method. Consult the service documentation for details."
        )
        self.refused_with("InvalidSignatureException", wrong, 403, 1, client=self.lambda_client(ID, "another"))
        unknown = "The security token included in the request is invalid."
        self.refused_with("UnrecognizedClientException", unknown, 403, 1, client=self.lambda_client("another", KEY))

    def test_none(self):
        status, headers, body = self.server.request("POST", "/2015-03-31/functions/orders/invocations", "1")
        self.assertEqual((status, headers["x-amzn-errortype"]), (403, "MissingAuthenticationTokenException"))
        self.assertEqual(json.loads(body), {"Type": "User", "Message": "Missing Authentication Token"})

    def changed(self, change):
        """The error that a request is refused with that was changed after it was signed."""
        client = self.lambda_client(ID, KEY)
        client.meta.events.register("before-send.lambda.Invoke", lambda request, **_: change(request))
        with self.assertRaises(ClientError) as caught:
            self.invoked(1, client=client)
        return caught.exception.response["Error"]

    def test_what_was_changed_after_it_was_signed(self):
        def body(request):
            request.body = b"2"

        def path(request):
            request.url = request.url.replace("orders", "missing")

        def query(request):
            request.url += "?Qualifier=1"

        def method(request):
            request.headers["X-Amz-Invocation-Type"] = "Event"

        for change in [body, path, query]:
            self.assertEqual(self.changed(change)["Code"], "InvalidSignatureException", change)
        unsigned = "'x-amz-invocation-type' must be a 'SignedHeader' in the AWS Authorization."
        self.assertEqual(self.changed(method)["Message"], unsigned)

    def test_what_is_signed_in_another_way(self):
        def header(pattern, text):
            def change(request):
                before = request.headers["Authorization"].decode()
                request.headers["Authorization"] = re.sub(pattern, text, before)
            return change

        def undated(request):
            del request.headers["X-Amz-Date"]

        told = []
        for change in [header("Credential=", "Key="), header("/lambda/", "/s3/"), header("/aws4_request", "/aws5_request"), undated, header(r"/\d{8}/", "/20200101/"), header("host;", "")]:
            error = self.changed(change)
            told.append((error["Code"], re.sub(r"\d{8}(T\d{6}Z)?", "TIME", error["Message"])))
        incomplete, invalid = "IncompleteSignatureException", "InvalidSignatureException"
        parts = "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter."
        date = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
        other = "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: 'TIME' != 'TIME', from 'TIME'."
        host = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
        service = "Credential should be scoped to correct service: 'lambda'. "
        expected = [(incomplete, parts), (invalid, service), (incomplete, parts), (incomplete, date), (invalid, other), (invalid, host)]
        self.assertEqual(told, expected)

    def test_a_clock_that_is_wrong(self):
        now = datetime.datetime.now(datetime.timezone.utc)
        for minutes, told in [(-10, r"^Signature expired: \w+ is now earlier than \w+ \(\w+ - 5 min\.\)$"), (10, r"^Signature not yet current: \w+ is still later than \w+ \(\w+ \+ 5 min\.\)$")]:
            shifted = (now + datetime.timedelta(minutes=minutes)).replace(tzinfo=None)
            with mock.patch("botocore.auth.get_current_datetime", return_value=shifted):
                with self.assertRaises(ClientError) as caught:
                    self.invoked(1, client=self.lambda_client(ID, KEY))
            error = caught.exception.response["Error"]
            self.assertEqual(error["Code"], "InvalidSignatureException")
            self.assertRegex(error["Message"], told)
