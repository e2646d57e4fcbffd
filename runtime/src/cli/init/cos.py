"""Is told of objects that come into a bucket."""

from urllib.parse import unquote


def main_handler(event, context):
    return [described(record) for record in event["Records"]]


def described(record):
    stored, bucket = record["cos"]["cosObject"], record["cos"]["cosBucket"]
    # The key begins with /APPID/BUCKET/, and is quoted as in a URL.
    key = unquote(stored["key"]).split("/", 3)[3]
    print(f"{record['event']['eventName']} {key}")
    return {"bucket": f"{bucket['name']}-{bucket['appid']}", "key": key, "bytes": stored["size"]}
