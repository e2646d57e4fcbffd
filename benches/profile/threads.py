"""Work beside other threads, which has its locks in."""

import concurrent.futures
import queue
import threading

PIECES = []


def piece(function):
    PIECES.append(function)
    return function


@piece
def pool():
    with concurrent.futures.ThreadPoolExecutor(2) as executor:
        return sum(executor.map(lambda n: n * n, range(20)))


@piece
def hand_over():
    line, lock, total = queue.Queue(), threading.Lock(), []

    def work():
        while (item := line.get()) is not None:
            with lock:
                total.append(item)

    thread = threading.Thread(target=work)
    thread.start()
    for i in range(50):
        line.put(i)
    line.put(None)
    thread.join()
    return sum(total)
