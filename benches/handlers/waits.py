import sys


def main_handler(event, context):
    print("there")
    with open(event) as gate:
        gate.read()
