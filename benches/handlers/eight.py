import asyncio, base64, datetime, hashlib, json, logging, re, urllib.request


def main_handler(event, context):
    return {"event": event}
