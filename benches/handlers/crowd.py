import json
import logging
import os
import time


def main_handler(event, context):
    time.sleep(2)
    return str(os.getpid())
