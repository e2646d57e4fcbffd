
# krait.wasm: nobody sends signals, but asyncio looks at this one.
SIGINT = 2
SIGTERM = 15


def getsignal(signalnum):
    return None
