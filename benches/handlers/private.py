import json


def main_handler(event, context):
    json.dumps(event)
    with open("/proc/self/smaps_rollup") as file:
        parts = [line.split() for line in file if line.startswith("Private_")]
    return {name: int(kilobytes) for name, kilobytes, _ in parts}
