"""Answers an event of your own."""


def main_handler(event, context):
    name = event.get("name", "world")
    print(f"greeting {name}")
    return {"greeting": f"Hello, {name}!", "request": context["request_id"]}
