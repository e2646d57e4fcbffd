def main_handler(event, context):
    print("splitting", event["amount"])
    return share(event["amount"], event["people"])


def share(amount, people):
    return amount / people
