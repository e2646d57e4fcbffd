"""A CLS trigger: a batch of log records, gzipped and base64 encoded, in one event."""

import base64
import collections
import gzip
import json
import re

LEVEL = re.compile(r"\b(ERROR|WARN|INFO)\b")


def main_handler(event, context):
    data = json.loads(gzip.decompress(base64.b64decode(event["clslogs"]["data"])))
    levels = collections.Counter()
    errors = []
    for record in data["records"]:
        found = LEVEL.search(record["content"])
        level = found.group() if found else "OTHER"
        levels[level] += 1
        if level == "ERROR":
            errors.append({"at": int(record["timestamp"]) // 1_000_000, "line": record["content"]})
    print(f"{data['topic_name']}: {dict(levels)}")
    return {"topic": data["topic_name"], "levels": levels, "errors": errors}
