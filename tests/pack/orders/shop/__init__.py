import prices


def total(items):
    return sum(prices.of(item) for item in items)
