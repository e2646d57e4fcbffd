"""`Invoke` and `InvokeFunction`, answered at once."""

import json

from harness import Case


class Invocations(Case):
    PROJECT = {
        "krait.toml": "[functions.slow]\ntimeout = 1\n[functions.leaving]\n",
        "slow/index.py": "import time\ndef main_handler(event, context):\n    time.sleep(10)\n",
        "leaving/index.py": "import os\ndef main_handler(event, context):\n    os._exit(3)\n",
    }

    def test_a_result_has_all_its_fields(self):
        self.create()
        answer = self.call("Invoke", FunctionName="made", ClientContext='{"text": "中文"}')
        result = answer["Result"]
        self.assertEqual(json.loads(result["RetMsg"]), {"got": {"text": "中文"}})
        expected = {"ErrMsg": "", "Log": "", "InvokeResult": 0, "FunctionRequestId": answer["RequestId"]}
        self.assertEqual({key: result[key] for key in expected}, expected)
        self.assertGreater(result["Duration"], 0)
        self.assertGreaterEqual(result["BillDuration"], 1)
        self.assertGreater(result["MemUsage"], 1_000_000, "it is in bytes")

    def test_the_log_is_given_to_who_asks(self):
        self.create()
        for action in ["Invoke", "InvokeFunction"]:
            result = self.call(action, FunctionName="made", LogType="Tail")["Result"]
            self.assertIn("said {}\n", result["Log"])
            self.assertIn(result["FunctionRequestId"], result["Log"])

    def test_invoke_function_has_its_event_elsewhere(self):
        self.create()
        result = self.call("InvokeFunction", FunctionName="made", Event='{"a": 1}', Qualifier="$LATEST")["Result"]
        self.assertEqual(json.loads(result["RetMsg"]), {"got": {"a": 1}})
        self.refused("UnknownParameter", "The parameter `Event` is not recognized.", "Invoke", FunctionName="made", Event="{}")
        self.refused("UnknownParameter", "The parameter `ClientContext` is not recognized.", "InvokeFunction", FunctionName="made", ClientContext="{}")

    def test_a_function_that_fails_is_an_ordinary_result(self):
        self.create(source="def main_handler(event, context):\n    raise ValueError('no')\n")
        for name, code, message in [
            ("made", 430, "ValueError: no"),
            ("slow", 433, "timed out"),
            ("leaving", 439, "User process exit when running"),
        ]:
            result = self.call("Invoke", FunctionName=name)["Result"]
            envelope = json.loads(result["RetMsg"])
            self.assertEqual((result["InvokeResult"], envelope["errorCode"], envelope["statusCode"]), (1, -1, code))
            self.assertIn(message, json.dumps(envelope))
            self.assertEqual(result["ErrMsg"], envelope["errorMessage"])

    def test_what_is_refused(self):
        self.create()
        value = "The value `{}` specified in the parameter `{}` is not valid."
        kinds = {"InvocationType": "Sometimes", "LogType": "Head"}
        for name, given in kinds.items():
            self.refused("InvalidParameterValue", value.format(given, name), "Invoke", FunctionName="made", **{name: given})
        self.refused("InvalidParameterValue", value.format("Head", "LogType"), "InvokeFunction", FunctionName="made", LogType="Head")
        for action in ["Invoke", "InvokeFunction"]:
            self.refused("ResourceNotFound.FunctionName", "Function not found: [nobody]", action, FunctionName="nobody")
            self.refused("ResourceNotFound.FunctionName", "Function not found: [made]", action, FunctionName="made", Namespace="none")
            self.refused("ResourceNotFound.Qualifier", "Qualifier not found: [9]", action, FunctionName="made", Qualifier="9")
            self.refused("MissingParameter", "The request is missing a required parameter `FunctionName`.", action)
            self.refused("InvalidParameter", "The value type of parameter `FunctionName` is not valid, input type should be `string`", action, FunctionName=1)

    def test_an_event_that_is_not_json(self):
        self.create()
        for action, parameter, code in [
            ("Invoke", "ClientContext", "InvalidParameterValue.Param"),
            ("InvokeFunction", "Event", "InvalidParameterValue.ClientContext"),
        ]:
            with self.assertRaises(Exception) as caught:
                self.client.call_json(action, {"FunctionName": "made", parameter: "{a"})
            self.assertEqual(caught.exception.code, code)
            self.assertRegex(caught.exception.message, rf"^{parameter} is not standard JSON: .+\.$")

    def test_an_event_that_is_too_large(self):
        self.create()
        large = lambda size: json.dumps("x" * (size - 2))
        kept, most = 128 * 1024, 6 * 1024 * 1024
        self.assertEqual(self.ended(self.queue("made", large(kept)))["Status"], "FINISHED")
        code = "InvalidParameter.RequestTooLarge"
        self.refused(code, "The event has 131073 bytes, and may have 131072.", "Invoke", FunctionName="made", ClientContext=large(kept + 1), InvocationType="Event")
        self.refused(code, "The event has 6291457 bytes, and may have 6291456.", "Invoke", FunctionName="made", ClientContext=large(most + 1))
        self.refused(code, "The event has 6291457 bytes, and may have 6291456.", "InvokeFunction", FunctionName="made", Event=large(most + 1))
