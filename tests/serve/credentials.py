"""Who may use the API."""

import time
from unittest import mock

from harness import Case
from server import ended

ID, KEY = "AKIDofTheTests", "theKeyOfTheTests"
NO_SIGNATURE = "The provided credentials could not be validated. Please check your signature is correct."
NO_ID = "The SecretId is not found, please ensure that your SecretId is correct."


class Credentials(Case):
    OPTIONS = ("--secret-id", ID, "--secret-key", KEY)

    def test_the_right_ones_in_every_form(self):
        for method in ["TC3-HMAC-SHA256", "HmacSHA1", "HmacSHA256"]:
            for verb in ["POST", "GET"]:
                with self.subTest(method=method, verb=verb):
                    client = self.server.client(ID, KEY, method, verb)
                    self.assertEqual(self.call("ListFunctions", client)["TotalCount"], 0)

    def test_a_function_is_made_and_invoked(self):
        self.client = self.server.client(ID, KEY)
        self.create()
        self.assertEqual(self.returned(event='{"text": "中文"}'), {"got": {"text": "中文"}})

    def test_the_wrong_ones(self):
        for method in ["TC3-HMAC-SHA256", "HmacSHA1", "HmacSHA256"]:
            key = self.server.client(ID, "another", method)
            self.refused("AuthFailure.SignatureFailure", NO_SIGNATURE, "ListFunctions", key)
            name = self.server.client("another", KEY, method)
            self.refused("AuthFailure.SecretIdNotFound", NO_ID, "ListFunctions", name)

    def test_a_clock_that_is_wrong(self):
        client = self.server.client(ID, KEY)
        now = time.time()
        for skew in [-1000, 1000]:
            # The SDK asks for the time by that name.
            with mock.patch("time.time", lambda: now + skew):
                with self.assertRaises(Exception) as caught:
                    client.call_json("ListFunctions", {})
            self.assertEqual(caught.exception.code, "AuthFailure.SignatureExpire")
            self.assertRegex(
                caught.exception.message,
                r"^The signature is expired: its timestamp and the server's time differ by "
                r"(99[5-9]|100[0-5]) seconds, and may differ by 300\. Please check your clock\.$",
            )
        with mock.patch("time.time", lambda: now + 250):
            self.assertEqual(client.call_json("ListFunctions", {})["Response"]["TotalCount"], 0)


class WithoutCredentials(Case):
    def test_anything_will_do(self):
        for method in ["TC3-HMAC-SHA256", "HmacSHA1", "HmacSHA256"]:
            client = self.server.client("who", "ever", method)
            self.assertEqual(self.call("ListFunctions", client)["TotalCount"], 0)

    def test_another_address_is_refused(self):
        options = ["--listen", "0.0.0.0:0", "--data-dir", self.folder / "other"]
        text = (
            "error: 0.0.0.0:0 can be reached from other machines, and whoever reaches it can run code "
            "on this one; give --secret-id and --secret-key, listen on 127.0.0.1, or say --insecure\n"
        )
        self.assertEqual(ended(*options, folder=self.server.project), (2, "", text))
