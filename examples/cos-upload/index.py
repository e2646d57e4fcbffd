"""A COS trigger: decides what to do with each object that was uploaded or removed."""

import logging
import os
from urllib.parse import unquote

logger = logging.getLogger("cos-upload")

LIMIT_BYTES = int(os.environ.get("LIMIT_BYTES", 10 * 1024 * 1024))
THUMBNAILS = {".jpg", ".jpeg", ".png", ".webp"}


def main_handler(event, context):
    plans = [plan(record) for record in event["Records"]]
    for each in plans:
        logger.info("%(bucket)s %(key)s: %(action)s", each)
    return plans


def plan(record):
    stored, bucket = record["cos"]["cosObject"], record["cos"]["cosBucket"]
    # The key starts with /APPID/BUCKET/, and is quoted as in a URL.
    key = unquote(stored["key"]).split("/", 3)[3]
    action = "ignore"
    if record["event"]["eventName"].startswith("cos:ObjectRemove:"):
        action = "forget"
    elif stored["size"] > LIMIT_BYTES:
        action = "reject"
    elif os.path.splitext(key)[1].lower() in THUMBNAILS:
        action = "thumbnail"
    return {"bucket": f"{bucket['name']}-{bucket['appid']}", "key": key, "action": action}
