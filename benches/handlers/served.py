import json
import logging


def main_handler(event, context):
    return {"hello": json.loads(event["body"])["name"]}


# The same, as functions-framework calls it.
def hello(request):
    return main_handler({"body": request.get_data(as_text=True)}, None)
