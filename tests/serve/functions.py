"""Functions, their versions and namespaces, as the cloud API makes, shows, changes and deletes
them."""

import base64
import struct

from harness import Case, package

LONG = "x" * 1001
NOT_FOUND = "Function not found: [nobody]"


def with_header(encrypted=False, method=0):
    """A package whose member's headers say so."""
    packed = bytearray(base64.b64decode(package()))
    for signature, at in [(b"PK\3\4", 6), (b"PK\1\2", 8)]:
        place = packed.index(signature) + at
        packed[place : place + 4] = struct.pack("<HH", int(encrypted), method)
    return base64.b64encode(packed).decode()


class Functions(Case):
    PROJECT = {
        "krait.toml": '[functions.given]\ndescription = "of the project"\n'
        '[[functions.given.timers]]\nname = "yearly"\ncron = "0 0 0 1 1 * *"\nmessage = "hello"\n',
        "given/index.py": "def main_handler(event, context):\n    return 1\n",
    }

    def test_a_function_is_made_shown_changed_and_deleted(self):
        self.create(
            Description="first",
            MemorySize=256,
            Timeout=10,
            InitTimeout=20,
            Runtime="Python3.10",
            Environment={"Variables": [{"Key": "A", "Value": "1"}, {"Key": "B", "Value": ""}]},
            DeadLetterConfig={"Type": "Function", "Name": "given"},
            Role="a-role",
            Tags=[{"Key": "k", "Value": "v"}],
        )
        shown = self.call("GetFunction", FunctionName="made", ShowCode="TRUE")
        expected = {
            "FunctionName": "made",
            "Namespace": "default",
            "Description": "first",
            "MemorySize": 256,
            "Timeout": 10,
            "InitTimeout": 20,
            "Runtime": "Python3.10",
            "Handler": "index.main_handler",
            "Status": "Active",
            "StatusDesc": "",
            "StatusReasons": [],
            "FunctionVersion": "$LATEST",
            "Qualifier": "$LATEST",
            "CodeInfo": 'def main_handler(event, context):\n    print("said", event)\n    return {"got": event}\n',
            "CodeResult": "success",
            "CodeError": "",
            "ErrNo": 0,
            "Type": "Event",
            "Triggers": [],
        }
        self.assertEqual({key: shown[key] for key in expected}, expected)
        self.assertEqual(
            [(each["Key"], each["Value"]) for each in shown["Environment"]["Variables"]],
            [("A", "1"), ("B", "")],
        )
        target = shown["DeadLetterConfig"]
        self.assertEqual((target["Type"], target["Name"]), ("Function", "given"))
        self.assertGreater(shown["CodeSize"], 100)
        self.assertEqual(self.returned(event='{"a": 1}'), {"got": {"a": 1}})

        source = "import os\ndef other(event, context):\n    return [os.environ['A'], context['memory_limit_in_mb']]\n"
        self.call("UpdateFunctionCode", FunctionName="made", ZipFile=package(source), Handler="index.other")
        self.assertEqual(self.returned(), ["1", 256])
        self.call(
            "UpdateFunctionConfiguration",
            FunctionName="made",
            MemorySize=128,
            Environment={"Variables": [{"Key": "A", "Value": "2"}]},
        )
        self.assertEqual(self.returned(), ["2", 128])
        shown = self.call("GetFunction", FunctionName="made")
        kept = {"Description": "first", "Handler": "index.other", "Timeout": 10, "CodeInfo": ""}
        self.assertEqual({key: shown[key] for key in kept}, kept)

        self.call("DeleteFunction", FunctionName="made")
        gone = ("ResourceNotFound.FunctionName", "Function not found: [made]")
        for action in ["Invoke", "GetFunction", "DeleteFunction", "PublishVersion"]:
            self.refused(*gone, action, FunctionName="made")
        self.assertEqual(list((self.data / "code").iterdir()), [])

    def test_functions_are_listed(self):
        for name in ["beta", "alpha"]:
            self.create(name, Description="of the API")
        names = lambda **asked: [each["FunctionName"] for each in self.call("ListFunctions", **asked)["Functions"]]
        self.assertEqual(names(), ["alpha", "beta", "given"])
        self.assertEqual(names(Order="DESC"), ["given", "beta", "alpha"])
        self.assertEqual(names(Offset=1, Limit=1), ["beta"])
        self.assertEqual(self.call("ListFunctions", Offset=1, Limit=1)["TotalCount"], 3)
        self.assertEqual(names(SearchKey="l"), ["alpha"])
        self.assertEqual(names(Description="project"), ["given"])
        self.assertEqual(names(Filters=[{"Name": "Status", "Values": ["Active", "Creating"]}]), ["alpha", "beta", "given"])
        self.assertEqual(names(Filters=[{"Name": "Runtime", "Values": ["Python2.7"]}]), [])
        self.assertEqual(names(Orderby="AddTime", Limit=0), [])
        for code, message, asked in [
            ("ResourceNotFound.Namespace", "Namespace not found: [none]", {"Namespace": "none"}),
            ("InvalidParameterValue.Limit", "The parameter `Limit` is not valid: it is 0 to 100.", {"Limit": 101}),
            ("InvalidParameterValue.Offset", "The parameter `Offset` is not valid: it is 0 or more.", {"Offset": -1}),
            ("InvalidParameterValue.Order", "The parameter `Order` is not valid: it is ASC or DESC.", {"Order": "UP"}),
            ("InvalidParameterValue.OrderBy", "The parameter `Orderby` is not valid: it is AddTime, ModTime or FunctionName.", {"Orderby": "Size"}),
            ("InvalidParameterValue.Filters", "The parameter `Filters` is not valid: krait filters by Status, Runtime and FunctionType.", {"Filters": [{"Name": "Size", "Values": ["1"]}]}),
        ]:
            self.refused(code, message, "ListFunctions", **asked)

    def test_the_projects_functions_are_shown_and_left_alone(self):
        shown = self.call("GetFunction", FunctionName="given")
        self.assertEqual((shown["Description"], shown["Status"]), ("of the project", "Active"))
        trigger = shown["Triggers"][0]
        self.assertEqual(
            [trigger[key] for key in ["TriggerName", "Type", "TriggerDesc", "CustomArgument", "Enable"]],
            ["yearly", "timer", '{"cron":"0 0 0 1 1 * *"}', "hello", 1],
        )
        text = "The function [given] is one of the server's project; change it in its folder or configuration."
        for action, more in [
            ("UpdateFunctionCode", {"ZipFile": package()}),
            ("UpdateFunctionConfiguration", {}),
            ("DeleteFunction", {}),
            ("PublishVersion", {}),
            ("UpdateFunctionEventInvokeConfig", {"AsyncTriggerConfig": {"RetryConfig": [{"RetryNum": 0}], "MsgTTL": 60}}),
        ]:
            self.refused("UnsupportedOperation", text, action, FunctionName="given", **more)

    def test_what_a_function_may_not_be(self):
        self.create()
        good = {"FunctionName": "other", "Code": {"ZipFile": package()}}
        name = '"9-" cannot name a function; begin with a letter, go on with letters, digits, - and _, end with a letter or digit, and take 2 to 60 in all'
        variables = lambda *pairs: {"Environment": {"Variables": [{"Key": key, "Value": value} for key, value in pairs]}}
        invalid = "The parameter `{}` is not valid: {}."
        of = lambda parameter, problem: invalid.format(parameter, problem)
        value = "InvalidParameterValue."
        for code, message, more in [
            ("ResourceInUse.Function", "Function already exists: [made]", {"FunctionName": "made"}),
            ("ResourceNotFound.Namespace", "Namespace not found: [none]", {"Namespace": "none"}),
            (value + "FunctionName", of("FunctionName", name), {"FunctionName": "9-"}),
            (value + "Handler", None, {"Handler": "nodot"}),
            (value + "Description", of("Description", "a description has at most 1000 characters, and this one 1001"), {"Description": LONG}),
            (value + "Runtime", of("Runtime", 'krait has no runtime "Nodejs18.15"; take Python3 with a minor version, such as Python3.10, or CustomRuntime'), {"Runtime": "Nodejs18.15"}),
            (value + "Type", of("Type", "krait has functions of the type Event alone"), {"Type": "HTTP"}),
            (value + "MemorySize", of("MemorySize", "memory is 64, or 128 to 3072 in steps of 128 MB"), {"MemorySize": 100}),
            ("InvalidParameterValue", "The value `-1` specified in the parameter `MemorySize` is not valid.", {"MemorySize": -1}),
            ("LimitExceeded.Timeout", of("Timeout", "a timeout is 1 to 900 seconds"), {"Timeout": 901}),
            ("LimitExceeded.InitTimeout", of("InitTimeout", "an init timeout is 3 to 300 seconds"), {"InitTimeout": 2}),
            (value + "Environment", of("Environment", "A is given twice"), variables(("A", "1"), ("A", "2"))),
            (value + "Environment", of("Environment", 'the environment variable name "1A" must start with a letter and hold only letters, digits and underscores'), variables(("1A", ""))),
            (value + "EnvironmentSystemProtect", of("Environment", "the environment variable SCF_X cannot be set: the prefixes SCF_, QCLOUD_ and TENCENTCLOUD_ are reserved by the platform"), variables(("SCF_X", ""))),
            (value + "EnvironmentExceededLimit", of("Environment", "the environment variables take 4097 bytes; keys and values together may take 4096"), variables(("A", "x" * 4096))),
            ("ResourceNotFound.LayerVersion", "Layer version not found: [libs:3]", {"Layers": [{"LayerName": "libs", "LayerVersion": 3}]}),
            ("LimitExceeded.Layers", of("Layers", "a function has at most 5 layers"), {"Layers": [{"LayerName": "libs", "LayerVersion": 3}] * 6}),
            (value + "DeadLetterConfig", of("DeadLetterConfig", "krait sends dead letters to functions alone: give the Type Function, and the Name of a function in the same namespace"), {"DeadLetterConfig": {"Type": "CMQ-QUEUE", "Name": "q"}}),
            ("UnsupportedOperation.AsyncRunEnable", "krait has no asynchronous execution: leave AsyncRunEnable out, or FALSE.", {"AsyncRunEnable": "TRUE"}),
            ("InvalidParameterValue", "The value `yes` specified in the parameter `TraceEnable` is not valid.", {"TraceEnable": "yes"}),
            ("MissingParameter.Code", "The code is missing: give ZipFile.", {"Code": {}}),
            (value + "CodeSource", "krait takes code as ZipFile alone, and not from Cos.", {"Code": {"CosObjectName": "a"}}),
            (value + "CodeSource", "krait takes code as ZipFile alone, and not from Demo.", {"CodeSource": "Demo"}),
            (value + "ZipFileBase64BinasciiError", None, {"Code": {"ZipFile": "a"}}),
            (value + "ZipFile", None, {"Code": {"ZipFile": "aGVsbG8="}}),
            (value + "ZipFile", "ZipFile is not a zip that can be used: its member index.py is encrypted.", {"Code": {"ZipFile": with_header(encrypted=True)}}),
            (value + "ZipFile", "ZipFile is not a zip that can be used: its member index.py is compressed by shrinking; make it with deflate.", {"Code": {"ZipFile": with_header(method=1)}}),
            (value + "ZipFile", "ZipFile is not a zip that can be used: its member ../index.py reaches outside the package.", {"Code": {"ZipFile": package(name="../index.py")}}),
            (value + "ZipFile", "ZipFile is not a zip that can be used: index.py is in the folder src, not at its root; zip what is in the folder, not the folder itself.", {"Code": {"ZipFile": package(name="src/index.py")}}),
            ("InvalidParameter", "The value type of parameter `Timeout` is not valid, input type should be `int64`", {"Timeout": "3"}),
            ("UnknownParameter", "The parameter `Colour` is not recognized.", {"Colour": "red"}),
        ]:
            with self.subTest(code=code, more=str(more)[:80]):
                if message is None:
                    message = self.told(code, "CreateFunction", {**good, **more})
                self.refused(code, message, "CreateFunction", **{**good, **more})
        self.refused("MissingParameter", "The request is missing a required parameter `FunctionName`.", "CreateFunction", Code={})
        self.assertEqual(self.call("ListFunctions")["TotalCount"], 2)
        self.assertEqual(len(list((self.data / "code").iterdir())), 1)

    def told(self, code, action, parameters):
        """The text of a refusal whose reason is another library's words: it must say which
        parameter it is about."""
        from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

        with self.assertRaises(TencentCloudSDKException) as caught:
            self.client.call_json(action, parameters)
        self.assertEqual(caught.exception.code, code)
        self.assertRegex(caught.exception.message, r"^(The parameter `Handler` is not valid: |ZipFile ).+\.$")
        return caught.exception.message

    def test_what_is_not_there_cannot_be_changed(self):
        retry = {"AsyncTriggerConfig": {"RetryConfig": [{"RetryNum": 0}], "MsgTTL": 60}}
        for action, more in [
            ("GetFunction", {}),
            ("UpdateFunctionCode", {"ZipFile": package()}),
            ("UpdateFunctionConfiguration", {}),
            ("DeleteFunction", {}),
            ("PublishVersion", {}),
            ("ListVersionByFunction", {}),
            ("GetFunctionLogs", {}),
            ("GetRequestStatus", {"FunctionRequestId": "an-id"}),
            ("ListAsyncEvents", {}),
            ("TerminateAsyncEvent", {"InvokeRequestId": "an-id"}),
            ("UpdateFunctionEventInvokeConfig", retry),
            ("GetFunctionEventInvokeConfig", {}),
            ("Invoke", {}),
            ("Invoke", {"InvocationType": "Event"}),
            ("InvokeFunction", {}),
        ]:
            self.refused("ResourceNotFound.FunctionName", NOT_FOUND, action, FunctionName="nobody", **more)
        self.refused("MissingParameter.Code", "The code is missing: give ZipFile.", "UpdateFunctionCode", FunctionName="given")

    def test_an_action_that_krait_does_not_have(self):
        with self.assertRaisesRegex(Exception, "The action `ListLayers` is not supported by krait. It has: Invoke, InvokeFunction, ListFunctions, "):
            self.client.call_json("ListLayers", {})

    def test_versions(self):
        self.create()
        published = self.call("PublishVersion", FunctionName="made", Description="one")
        self.assertEqual([published[key] for key in ["FunctionVersion", "Description", "MemorySize", "Handler"]], ["1", "one", 128, "index.main_handler"])
        second = "def main_handler(event, context):\n    return context['function_version']\n"
        self.call("UpdateFunctionCode", FunctionName="made", ZipFile=package(second), Publish="TRUE")
        self.assertEqual(self.returned(), "$LATEST")
        self.assertEqual(self.returned(Qualifier="2"), "2")
        self.assertEqual(self.returned(Qualifier="1"), {"got": {}})
        listed = self.call("ListVersionByFunction", FunctionName="made")
        self.assertEqual(listed["FunctionVersion"], ["$LATEST", "1", "2"])
        self.assertEqual([each["Description"] for each in listed["Versions"]], ["", "one", ""])
        self.assertEqual(self.call("ListVersionByFunction", FunctionName="made", Order="DESC")["FunctionVersion"], ["2", "1", "$LATEST"])
        self.assertEqual(self.call("ListVersionByFunction", FunctionName="made", Offset=1, Limit=1)["FunctionVersion"], ["1"])
        self.assertEqual(self.call("GetFunction", FunctionName="made", Qualifier="1")["FunctionVersion"], "1")
        self.call("DeleteFunction", FunctionName="made", Qualifier="2")
        self.assertEqual(self.call("PublishVersion", FunctionName="made")["FunctionVersion"], "3")
        self.refused("ResourceNotFound.FunctionVersion", "Function version not found: [2]", "DeleteFunction", FunctionName="made", Qualifier="2")
        self.refused("InvalidParameterValue", "The value `$LATEST` specified in the parameter `Qualifier` is not valid.", "DeleteFunction", FunctionName="made", Qualifier="$LATEST")
        self.refused("ResourceNotFound.FunctionVersion", "Function version not found: [7]", "GetFunction", FunctionName="made", Qualifier="7")
        self.refused("ResourceNotFound.Qualifier", "Qualifier not found: [7]", "Invoke", FunctionName="made", Qualifier="7")
        self.refused("InvalidParameterValue.OrderBy", "The parameter `OrderBy` is not valid: it is AddTime or ModTime.", "ListVersionByFunction", FunctionName="made", OrderBy="Size")

    def test_namespaces(self):
        self.call("CreateNamespace", Namespace="staging", Description="before production")
        names = lambda **asked: [each["Name"] for each in self.call("ListNamespaces", **asked)["Namespaces"]]
        self.assertEqual(names(), ["default", "staging"])
        self.assertEqual(names(Order="DESC", Limit=1), ["staging"])
        self.assertEqual(names(Orderby="Updatetime"), ["default", "staging"])
        self.assertEqual(names(Orderby="Updatetime", Order="DESC"), ["staging", "default"])
        self.refused("InvalidParameterValue.OrderBy", "The parameter `Orderby` is not valid: it is Name or Updatetime.", "ListNamespaces", Orderby="Size")
        self.assertEqual(names(SearchKey=[{"Key": "Description", "Value": "production"}]), ["staging"])
        self.create(Namespace="staging")
        self.assertEqual(self.returned(Namespace="staging"), {"got": {}})
        self.refused("ResourceNotFound.FunctionName", "Function not found: [made]", "Invoke", FunctionName="made")
        failed = "FailedOperation.DeleteNamespace"
        self.refused(failed, "The namespace [staging] still has functions; delete them first.", "DeleteNamespace", Namespace="staging")
        self.refused(failed, "The default namespace cannot be deleted.", "DeleteNamespace", Namespace="default")
        self.refused("ResourceInUse.Namespace", "Namespace already exists: [staging]", "CreateNamespace", Namespace="staging")
        self.refused("InvalidParameterValue.DefaultNamespace", "The default namespace cannot be created; it is always there.", "CreateNamespace", Namespace="default")
        self.refused("InvalidParameterValue.NamespaceInvalid", 'The parameter `Namespace` is not valid: "a b" cannot name a namespace; take 1 to 30 letters, digits, - and _.', "CreateNamespace", Namespace="a b")
        self.refused("InvalidParameterValue", "The value `Size` specified in the parameter `SearchKey.0.Key` is not valid.", "ListNamespaces", SearchKey=[{"Key": "Size", "Value": "1"}])
        self.call("DeleteFunction", FunctionName="made", Namespace="staging")
        self.call("DeleteNamespace", Namespace="staging")
        self.refused("ResourceNotFound.Namespace", "Namespace not found: [staging]", "DeleteNamespace", Namespace="staging")
        for number in range(4):
            self.call("CreateNamespace", Namespace=f"n{number}")
        self.refused("LimitExceeded.Namespace", "One namespace too many: there are 5 namespaces already.", "CreateNamespace", Namespace="n4")
