"""`GetFunctionLogs` and `GetRequestStatus`."""

import datetime
import json

from harness import Case


class Logs(Case):
    def test_logs_are_filtered(self):
        self.create(source="def main_handler(event, context):\n    print('said', event['say'])\n    return 1 / event['by']\n")
        ids = {}
        for say, by in [("good", 1), ("bad", 0), ("fine", 2)]:
            event = json.dumps({"say": say, "by": by})
            ids[say] = self.call("Invoke", FunctionName="made", ClientContext=event)["Result"]["FunctionRequestId"]
        logs = lambda **asked: [each["RequestId"] for each in self.call("GetFunctionLogs", FunctionName="made", **asked)["Data"]]
        self.assertEqual(logs(Order="asc"), [ids["good"], ids["bad"], ids["fine"]])
        self.assertEqual(logs(), [ids["fine"], ids["bad"], ids["good"]])
        self.assertEqual(logs(Offset=1, Limit=1), [ids["bad"]])
        self.assertEqual(logs(Filter={"RetCode": "not0"}), [ids["bad"]])
        self.assertEqual(logs(Filter={"RetCode": "UserCodeException"}), [ids["bad"]])
        self.assertEqual(logs(Filter={"RetCode": "is0"}, Order="asc"), [ids["good"], ids["fine"]])
        self.assertEqual(logs(Filter={"RetCode": "TimeLimitExceeded"}), [])
        self.assertEqual(logs(FunctionRequestId=ids["fine"]), [ids["fine"]])
        self.assertEqual(len(logs(Qualifier="$LATEST")), 3)
        self.assertEqual(logs(Qualifier="1"), [])
        log = self.call("GetFunctionLogs", FunctionRequestId=ids["bad"])["Data"][0]
        self.assertEqual([log[key] for key in ["FunctionName", "RetCode", "InvokeFinished", "RetryNum"]], ["made", -1, 1, 0])
        self.assertEqual(log["BillDuration"] % 100, 0)
        self.assertIn("ZeroDivisionError", log["RetMsg"])
        self.assertIn("said bad\n", log["Log"])
        written = "%Y-%m-%d %H:%M:%S"
        begun = datetime.datetime.strptime(log["StartTime"], written)
        shift = lambda seconds: (begun + datetime.timedelta(seconds=seconds)).strftime(written)
        self.assertIn(ids["bad"], logs(StartTime=shift(0), EndTime=shift(0)))
        self.assertEqual(logs(StartTime=shift(-7200), EndTime=shift(-3600)), [])

        status = self.call("GetRequestStatus", FunctionName="made", FunctionRequestId=ids["good"])
        self.assertEqual(status["TotalCount"], 1)
        self.assertEqual([status["Data"][0][key] for key in ["RequestId", "RetCode", "RetMsg", "RetryNum"]], [ids["good"], 0, "1.0", 0])
        self.assertLess(status["Data"][0]["MemUsage"], 1000, "it is in MB")
        bad = self.call("GetRequestStatus", FunctionName="made", FunctionRequestId=ids["bad"])["Data"][0]
        self.assertEqual(bad["RetCode"], -1)

    def test_what_cannot_be_asked_of_logs(self):
        self.create()
        day = {"StartTime": "2026-01-01 00:00:00", "EndTime": "2026-01-02 00:00:01"}
        invalid = "The parameter `{}` is not valid: {}."
        for code, parameter, problem, asked in [
            ("Limit", "Limit", "Offset and Limit together are at most 10000", {"Offset": 1, "Limit": 10000}),
            ("OrderBy", "OrderBy", "it is function_name, duration, mem_usage or start_time", {"OrderBy": "size"}),
            ("RetCode", "Filter.RetCode", "it is not0, is0, TimeLimitExceeded, ResourceLimitExceeded or UserCodeException", {"Filter": {"RetCode": "1"}}),
            ("DateTime", "StartTime", "write it as 2026-11-25 13:00:00, in UTC", {"StartTime": "today"}),
            ("StartTime", "StartTime", "it comes before EndTime, and at most a day before", day),
        ]:
            self.refused("InvalidParameterValue." + code, invalid.format(parameter, problem), "GetFunctionLogs", FunctionName="made", **asked)
        half = "Give both StartTime and EndTime, or neither."
        self.refused("InvalidParameterValue.StartTimeOrEndTime", half, "GetFunctionLogs", EndTime=day["EndTime"])
        self.refused("InvalidParameterValue.FunctionRequestId", "Request not found: [an-id]", "GetRequestStatus", FunctionName="made", FunctionRequestId="an-id")
