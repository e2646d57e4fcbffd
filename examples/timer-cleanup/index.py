"""A timer job: keeps a working folder in /tmp, the only place a function may write, and
clears what is older than the message says. The folder lives as long as the instance."""

import datetime
import json
import pathlib

WORK = pathlib.Path("/tmp/timer-cleanup")


def main_handler(event, context):
    keep = datetime.timedelta(hours=json.loads(event["Message"])["keep_hours"])
    now = datetime.datetime.fromisoformat(event["Time"])
    WORK.mkdir(exist_ok=True)
    removed = []
    for path in sorted(WORK.iterdir()):
        written = datetime.datetime.fromisoformat(path.stem)
        if now - written > keep:
            path.unlink()
            removed.append(path.name)
    report = WORK / f"{now.isoformat()}.json"
    report.write_text(json.dumps({"trigger": event["TriggerName"], "removed": removed}))
    print(f"wrote {report}, removed {len(removed)}")
    return {"kept": len(list(WORK.iterdir())), "removed": removed}
