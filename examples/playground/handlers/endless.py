def main_handler(event, context):
    print("until the time limit, or until you press Stop")
    while True:
        pass
