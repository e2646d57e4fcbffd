"""Keeps what Tencent Cloud's SDK really sends, as data for tests/api_checks.rs.

    pip install tencentcloud-sdk-python-scf
    python tests/cloud_api/capture.py

Each request goes to a socket of this process and is written as it came to
captured/NAME.http. The credentials are made up; api_checks.rs has them too.
"""

import pathlib
import socket
import threading

from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.scf.v20180416.scf_client import ScfClient

SECRET_ID = "AKIDmadeUpForTheTestsOfKrait000000000"
SECRET_KEY = "madeUpSecretKeyOfTheTestsOfKrait"
TOKEN = "made-up-session-token"

INVOKE = {
    "FunctionName": "hello",
    "InvocationType": "RequestResponse",
    "ClientContext": '{"name": "中文 & more = 100%", "list": [1, 2.5, null]}',
    "LogType": "Tail",
    "Namespace": "default",
}
CREATE = {
    "FunctionName": "made_here",
    "Code": {"ZipFile": "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="},
    "Handler": "index.main_handler",
    "MemorySize": 256,
    "Timeout": 10,
    "Environment": {"Variables": [{"Key": "A_B", "Value": "1+1 = 2"}, {"Key": "名", "Value": "值"}]},
    "Layers": [{"LayerName": "libs", "LayerVersion": 3}],
}
TERMINATE = {"FunctionName": "hello", "InvokeRequestId": "an-id", "GraceShutdown": True}
LIST = {"Limit": 5, "Offset": 0, "Filters": [{"Name": "Runtime", "Values": ["Python3.9"]}]}

# Name, signature, method, action, parameters, and what else is out of the ordinary.
REQUESTS = [
    ("tc3_post", "TC3-HMAC-SHA256", "POST", "Invoke", INVOKE, {}),
    ("tc3_post_create", "TC3-HMAC-SHA256", "POST", "CreateFunction", CREATE, {}),
    ("tc3_post_scheme_in_host", "TC3-HMAC-SHA256", "POST", "Invoke", INVOKE, {"scheme": True}),
    ("tc3_post_unsigned_payload", "TC3-HMAC-SHA256", "POST", "Invoke", INVOKE, {"unsigned": True}),
    ("tc3_post_token", "TC3-HMAC-SHA256", "POST", "Invoke", INVOKE, {"token": TOKEN}),
    ("tc3_post_upper_case_host", "TC3-HMAC-SHA256", "POST", "Invoke", INVOKE, {"host": "LOCALHOST"}),
    ("tc3_get", "TC3-HMAC-SHA256", "GET", "CreateFunction", CREATE, {}),
    ("tc3_get_without_parameters", "TC3-HMAC-SHA256", "GET", "ListFunctions", {}, {}),
    ("tc3_get_unsigned_payload", "TC3-HMAC-SHA256", "GET", "ListFunctions", LIST, {"unsigned": True}),
    ("sha1_post", "HmacSHA1", "POST", "Invoke", INVOKE, {}),
    ("sha1_post_create", "HmacSHA1", "POST", "CreateFunction", CREATE, {}),
    ("sha1_post_scheme_in_host", "HmacSHA1", "POST", "ListFunctions", LIST, {"scheme": True}),
    ("sha1_get", "HmacSHA1", "GET", "ListFunctions", LIST, {}),
    ("sha256_post", "HmacSHA256", "POST", "TerminateAsyncEvent", TERMINATE, {}),
    ("sha256_post_token", "HmacSHA256", "POST", "Invoke", INVOKE, {"token": TOKEN}),
    ("sha256_get", "HmacSHA256", "GET", "Invoke", INVOKE, {}),
    ("skipped_post", "SKIP", "POST", "Invoke", INVOKE, {}),
]


def main():
    folder = pathlib.Path(__file__).parent / "captured"
    folder.mkdir(exist_ok=True)
    for name, *request in REQUESTS:
        (folder / f"{name}.http").write_bytes(capture(*request))


def capture(signature, method, action, parameters, extra):
    """The bytes that the SDK sends for one call."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        endpoint = f"{extra.get('host', '127.0.0.1')}:{server.getsockname()[1]}"
        if extra.get("scheme"):
            endpoint = "http://" + endpoint
        http = HttpProfile(protocol="http", endpoint=endpoint, reqMethod=method, reqTimeout=5)
        profile = ClientProfile(
            signMethod="TC3-HMAC-SHA256" if signature == "SKIP" else signature, httpProfile=http
        )
        profile.unsignedPayload = extra.get("unsigned", False)
        credential = Credential(SECRET_ID, SECRET_KEY, extra.get("token"))
        client = ScfClient(credential, "ap-guangzhou", profile)
        options = {"SkipSign": True} if signature == "SKIP" else {}
        caller = threading.Thread(target=call, args=(client, action, parameters, options))
        caller.start()
        received = answer(server)
        caller.join()
    return received


def call(client, action, parameters, options):
    try:
        client.call_json(action, parameters, options=options)
    except TencentCloudSDKException as error:
        raise SystemExit(f"{action}: {error}")


def answer(server):
    """Reads one request, and answers it with nothing but an id."""
    connection, _ = server.accept()
    with connection:
        received = b""
        while b"\r\n\r\n" not in received:
            received += connection.recv(65536)
        head, body = received.split(b"\r\n\r\n", 1)
        length = 0
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        while len(body) < length:
            body += connection.recv(65536)
        text = b'{"Response":{"RequestId":"an-id"}}'
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(text), text)
        )
    return head + b"\r\n\r\n" + body


if __name__ == "__main__":
    main()
