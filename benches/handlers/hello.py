import json


def main_handler(event, context):
    print("Received event: " + json.dumps(event, indent=2))
    return "Hello World"
