"""Lists, dicts, sets, tuples, and the collections beside them."""

import bisect
import collections
import copy
import dataclasses
import enum
import heapq
import operator
import random
import typing

PIECES = []


def piece(function):
    PIECES.append(function)
    return function


PEOPLE = [
    {"id": i, "name": f"person {i * 37 % 101}", "town": "north south east west".split()[i % 4],
     "age": 18 + i * 13 % 60, "tags": ["a", "b", "c"][: i % 4]}
    for i in range(200)
]


@piece
def list_methods():
    items = []
    for i in range(300):
        items.append(i * 7 % 50)
    items.extend(range(20))
    items.insert(3, 99)
    items.remove(99)
    items.reverse()
    items[10:20] = [1, 2, 3]
    del items[::10]
    total = items.count(7) + items.index(7) + len(items[5:-5]) + (48 in items)
    while len(items) > 100:
        total += items.pop()
    return total, items + [1] * 3, items == items[:]


@piece
def dict_methods():
    counts = {}
    for person in PEOPLE:
        town = person["town"]
        counts[town] = counts.get(town, 0) + 1
        counts.setdefault(person["age"], []).append(person["id"])
    merged = {**counts, "more": 1} | {"other": 2}
    merged.update(a=1, b=2)
    for key in list(merged):
        if isinstance(key, int):
            del merged[key]
    return merged.pop("more"), "north" in merged, sorted(merged.items()), list(merged.keys())


@piece
def integer_keys():
    table = {}
    for i in range(500):
        table[i * 31 % 257] = i
    total = 0
    for key, value in table.items():
        if key in table and table[key] == value:
            total += key ^ value
    return total + sum(table.values())


@piece
def tuple_keys():
    board = {}
    for x in range(18):
        for y in range(18):
            board[x, y] = x * y
    return sum(board.get((x + 1, y), 0) for x, y in board)


@piece
def set_algebra():
    evens, threes = set(range(0, 300, 2)), {i * 3 for i in range(100)}
    seen = set()
    for person in PEOPLE:
        if person["name"] not in seen:
            seen.add(person["name"])
    return len(evens & threes), len(evens | threes), len(evens - threes), evens >= threes, len(seen), \
        frozenset(seen) == seen


@piece
def sorting_kinds():
    by_age = sorted(PEOPLE, key=lambda person: (person["age"], person["name"]))
    by_name = sorted(PEOPLE, key=operator.itemgetter("name"), reverse=True)
    numbers = [i * 7919 % 1009 for i in range(400)]
    numbers.sort()
    floats = sorted(n / 3 for n in reversed(numbers))
    texts = sorted(str(n) for n in numbers)
    return by_age[0]["id"], by_name[0]["id"], floats[3], texts[3], max(PEOPLE, key=lambda p: p["age"])["id"]


@piece
def records():
    groups = collections.defaultdict(list)
    for person in PEOPLE:
        if person["age"] >= 30 and "a" in person["tags"]:
            groups[person["town"]].append({"id": person["id"], "label": person["name"].title()})
    return {town: {"count": len(group), "first": group[0]} for town, group in groups.items()}


@piece
def collections_kinds():
    count = collections.Counter(person["town"] for person in PEOPLE)
    count.update("letters of a text")
    line = collections.deque(maxlen=20)
    for i in range(200):
        line.append(i)
        if i % 3 == 0:
            line.popleft()
    ordered = collections.OrderedDict((i, i) for i in range(50))
    ordered.move_to_end(3)
    chain = collections.ChainMap({"a": 1}, {"b": 2})
    return count.most_common(3), sum(line), len(ordered), chain["b"]


Point = collections.namedtuple("Point", "x y")


class Entry(typing.NamedTuple):
    name: str
    size: int = 0


@piece
def named_tuples():
    total = 0
    for i in range(200):
        point = Point(i, y=i + 1)
        x, y = point
        total += point.x + point.y + x + point._replace(x=1).x + Entry("n", i).size
    return total


class Colour(enum.Enum):
    RED = "red"
    GREEN = "green"


class Rights(enum.Flag):
    READ = 1
    WRITE = 2


@dataclasses.dataclass(order=True)
class Order:
    number: int
    customer: str = dataclasses.field(compare=False)
    lines: list = dataclasses.field(default_factory=list, compare=False)
    colour: Colour = Colour.RED

    def price(self):
        return sum(count * each for count, each in self.lines)


@dataclasses.dataclass(frozen=True)
class Place:
    north: float
    east: float


@piece
def data_classes():
    orders = [Order(i, f"c{i}", [(i, 2), (1, i)]) for i in range(40, 0, -1)]
    places = {Place(i / 2, i): i for i in range(20)}
    orders.sort(key=lambda order: order.number)
    return sum(order.price() for order in orders), dataclasses.asdict(orders[0]), places[Place(1.0, 2)], \
        orders[0] == orders[1], repr(orders[2])


@piece
def enumerations():
    total = 0
    for i in range(100):
        colour = Colour("red" if i % 2 else "green")
        if colour is Colour.RED:
            total += len(colour.name)
        if Rights.READ in (Rights.READ | Rights.WRITE):
            total += 1
    return total, [each.value for each in Colour]


@piece
def heaps():
    heap = []
    for i in range(200):
        heapq.heappush(heap, (i * 7919 % 211, i))
    order = [heapq.heappop(heap)[0] for _ in range(100)]
    kept = []
    for value in order[::-1]:
        bisect.insort(kept, value)
    return heapq.nlargest(3, kept), bisect.bisect_left(kept, 50)


@piece
def copying():
    tree = {"name": "root", "children": [{"id": i, "point": (i, i), "of": {"x": [i]}} for i in range(25)]}
    second = copy.deepcopy(tree)
    second["children"].append(copy.copy(tree["children"][0]))
    return second == tree, len(copy.deepcopy(Order(1, "c", [1, 2])).lines)


@piece
def walking_json():
    document = {"items": PEOPLE[:40], "more": {"deep": [{"n": i, "t": str(i)} for i in range(30)]}}

    def walk(value, depth=0):
        if isinstance(value, dict):
            return sum(walk(each, depth + 1) for each in value.values())
        if isinstance(value, list):
            return sum(walk(each, depth + 1) for each in value)
        return len(value) if isinstance(value, str) else value or depth

    return walk(document)


@piece
def choices():
    source = random.Random(5)
    items = list(range(60))
    source.shuffle(items)
    return source.choice(items), source.sample(items, 5), source.randint(1, 6), source.random(), \
        source.uniform(1, 2), source.gauss(0, 1)
