import base64
import datetime
import hashlib
import json
import logging
import re
import urllib.parse


def main_handler(event, context):
    return "Hello World"
