def of(item):
    return len(item)
