"""Functions, classes, loops, generators, exceptions."""

import contextlib
import functools
import itertools
import operator

PIECES = []


def piece(function):
    PIECES.append(function)
    return function


class Shape:
    kind = "shape"
    made = 0

    def __init__(self, name, sides=0):
        self.name = name
        self.sides = sides
        Shape.made += 1

    def area(self):
        return 0.0

    def describe(self, prefix="", *, suffix=""):
        return prefix + self.name + suffix

    @property
    def corners(self):
        return self.sides

    @corners.setter
    def corners(self, value):
        self.sides = value

    @classmethod
    def of(cls, *arguments, **keywords):
        return cls(*arguments, **keywords)

    @staticmethod
    def clamp(value, low=0, high=100):
        return low if value < low else high if value > high else value

    def __eq__(self, other):
        return isinstance(other, Shape) and self.name == other.name

    def __hash__(self):
        return hash(self.name)

    def __lt__(self, other):
        return self.sides < other.sides


class Rectangle(Shape):
    def __init__(self, width, height):
        super().__init__("rectangle", 4)
        self.width = width
        self.height = height

    def area(self):
        return self.width * self.height

    def scaled(self, factor):
        return Rectangle(self.width * factor, self.height * factor)


class Circle(Shape):
    def __init__(self, radius):
        super().__init__("circle")
        self.radius = radius

    def area(self):
        return 3.14159 * self.radius**2


class Slim:
    __slots__ = ("left", "right", "value")

    def __init__(self, value, left=None, right=None):
        self.value = value
        self.left = left
        self.right = right


class Vector:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __mul__(self, factor):
        return Vector(self.x * factor, self.y * factor)

    def __getitem__(self, index):
        return (self.x, self.y)[index]

    def __len__(self):
        return 2

    def __iter__(self):
        yield self.x
        yield self.y

    def __repr__(self):
        return f"Vector({self.x}, {self.y})"


@piece
def shapes():
    total = 0
    for i in range(300):
        for shape in (Rectangle(i, i + 1), Circle(i)):
            total += shape.area()
            if shape.kind == "shape" and isinstance(shape, Rectangle):
                total += shape.scaled(2).width
            shape.corners = shape.corners + 1
            total += len(shape.describe("a ", suffix=".")) + Shape.clamp(i, high=50)
    return total


@piece
def keyword_calls():
    def target(a, b, /, c, d=4, *rest, e, f=6, **others):
        return a + b + c + d + e + f + len(rest) + len(others)

    arguments, keywords = (1, 2, 3), {"e": 5, "g": 7}
    total = 0
    for i in range(500):
        total += target(i, 2, 3, e=5)
        total += target(*arguments, **keywords)
        total += target(1, 2, c=i, d=3, e=1, f=2)
        total += Shape.of("x", sides=i).sides
    return total


@piece
def small_functions():
    def successor(x):
        return x + 1

    def twice(function, x):
        return function(function(x))

    def even(n):
        return n == 0 or odd(n - 1)

    def odd(n):
        return n != 0 and even(n - 1)

    add_three = functools.partial(operator.add, 3)
    total = 0
    for i in range(400):
        total += twice(successor, i) + (lambda y: y * 2)(i) + add_three(i)
    return total, even(60)


@piece
def recursion():
    def ackermann(m, n):
        if m == 0:
            return n + 1
        if n == 0:
            return ackermann(m - 1, 1)
        return ackermann(m - 1, ackermann(m, n - 1))

    def hanoi(n, a, b, c):
        return 0 if n == 0 else hanoi(n - 1, a, c, b) + 1 + hanoi(n - 1, c, b, a)

    def insert(tree, value):
        if tree is None:
            return Slim(value)
        if value < tree.value:
            tree.left = insert(tree.left, value)
        else:
            tree.right = insert(tree.right, value)
        return tree

    def walk(tree):
        if tree is not None:
            yield from walk(tree.left)
            yield tree.value
            yield from walk(tree.right)

    tree = None
    for i in range(200):
        tree = insert(tree, i * 7919 % 211)
    return ackermann(2, 6), hanoi(8, "a", "b", "c"), sum(walk(tree))


@piece
def closures():
    def counter():
        count = 0

        def step(by=1):
            nonlocal count
            count += by
            return count

        return step

    steps = [counter() for _ in range(10)]
    for i in range(200):
        for step in steps:
            step(i & 3)
    return sum(step(0) for step in steps)


@piece
def decorated():
    def traced(function):
        @functools.wraps(function)
        def wrapper(*arguments, **keywords):
            calls.append(function.__name__)
            return function(*arguments, **keywords)

        return wrapper

    @traced
    def plus(a, b=2):
        return a + b

    @functools.lru_cache(maxsize=64)
    def partitions(n, k):
        if n == 0:
            return 1
        if n < 0 or k == 0:
            return 0
        return partitions(n - k, k) + partitions(n, k - 1)

    calls = []
    for i in range(300):
        plus(i)
        plus(i, b=3)
    return len(calls), partitions(18, 18)


@piece
def while_loops():
    longest = 0
    for start in range(1, 120):
        n, steps = start, 0
        while n != 1:
            if n % 2:
                n = 3 * n + 1
            else:
                n //= 2
            steps += 1
        if steps > longest:
            longest = steps
    return longest


@piece
def nested_loops():
    found = []
    for a in range(1, 40):
        for b in range(a, 40):
            c = a * a + b * b
            root = int(c**0.5)
            if root * root != c:
                continue
            found.append((a, b, root))
            if len(found) > 100:
                break
        else:
            continue
        break
    return len(found)


@piece
def sieve():
    flags = [True] * 3000
    flags[0] = flags[1] = False
    for i in range(2, 55):
        if flags[i]:
            for j in range(i * i, 3000, i):
                flags[j] = False
    return [i for i, flag in enumerate(flags) if flag][-1]


@piece
def grids():
    width, height = 24, 18
    grid = [[(x * 7 + y * 13) % 3 == 0 for x in range(width)] for y in range(height)]
    for _ in range(2):
        following = []
        for y in range(height):
            row = []
            for x in range(width):
                neighbours = 0
                for dy in (-1, 0, 1):
                    for dx in (-1, 0, 1):
                        if dx or dy:
                            neighbours += grid[(y + dy) % height][(x + dx) % width]
                row.append(neighbours == 3 or (neighbours == 2 and grid[y][x]))
            following.append(row)
        grid = following
    return sum(map(sum, grid))


@piece
def shortest_paths():
    edges = {i: {(i * 3 + 1) % 90: i % 7 + 1, (i * 5 + 2) % 90: i % 4 + 2} for i in range(90)}
    distance = {0: 0}
    waiting = [0]
    while waiting:
        node = waiting.pop(0)
        for other, length in edges[node].items():
            through = distance[node] + length
            if other not in distance or through < distance[other]:
                distance[other] = through
                waiting.append(other)
    return sum(distance.values())


@piece
def generators():
    def naturals(limit):
        n = 0
        while n < limit:
            yield n
            n += 1

    def where(items, test):
        for item in items:
            if test(item):
                yield item

    def averages():
        total = count = 0
        average = None
        while True:
            value = yield average
            total += value
            count += 1
            average = total / count

    running = averages()
    next(running)
    for value in where(naturals(600), lambda n: n % 3 == 0):
        running.send(value)
    running.close()
    pairs = ((a, b) for a in range(20) for b in range(20) if a < b)
    return sum(a * b for a, b in pairs)


@piece
def comprehension_kinds():
    words = ["alpha", "beta", "gamma", "delta", "epsilon"] * 20
    lengths = {word: len(word) for word in words}
    initials = {word[0] for word in words if len(word) > 4}
    rows = [[column * row for column in range(12)] for row in range(12)]
    flat = [cell for row in rows for cell in row if cell % 2 == 0]
    turned = [list(each) for each in zip(*rows)]
    return len(lengths), len(initials), sum(flat), len(turned)


@piece
def raising():
    class Refused(Exception):
        def __init__(self, code, text):
            super().__init__(text)
            self.code = code

    def check(value):
        if value % 5 == 0:
            raise Refused(value, f"value {value} is refused")
        if value % 7 == 0:
            raise KeyError(value)
        return value

    caught = 0
    for i in range(250):
        try:
            check(i)
        except Refused as refused:
            caught += refused.code
        except (KeyError, IndexError):
            caught += 1
        else:
            caught += 2
        finally:
            caught += 3
        try:
            int("12x" if i % 2 else "12")
        except ValueError as error:
            try:
                raise RuntimeError("wrapped") from error
            except RuntimeError:
                pass
        try:
            {}["absent"] if i % 3 else [].pop()
        except LookupError:
            caught += 1
    return caught


@piece
def contexts():
    class Guard:
        entered = 0

        def __enter__(self):
            Guard.entered += 1
            return self

        def __exit__(self, kind, value, trace):
            return kind is ValueError

    @contextlib.contextmanager
    def noted(notes):
        notes.append("in")
        try:
            yield len(notes)
        finally:
            notes.append("out")

    notes = []
    for i in range(150):
        with Guard() as guard:
            if i % 10 == 0:
                raise ValueError
            guard.last = i
        with noted(notes) as count, contextlib.suppress(KeyError):
            {}[count]
    return len(notes)


@piece
def operators():
    total = Vector(0, 0)
    for i in range(250):
        total = total + Vector(i, 1) * 2
        x, y = total
        if total[0] > 1e6 or len(total) != 2:
            break
    return repr(total), sorted([Shape("b", 2), Shape("a", 1)])[0].name, Shape("a") == Shape("a")


@piece
def matching():
    def name_of(value):
        match value:
            case {"type": "point", "x": x, "y": y}:
                return x + y
            case [first, *rest]:
                return len(rest)
            case Shape(name=name, sides=4):
                return len(name)
            case str() | bytes():
                return 1
            case int(n) if n > 10:
                return n
            case None:
                return 0
            case _:
                return -1

    values = [{"type": "point", "x": 1, "y": 2}, [1, 2, 3], Rectangle(1, 2), "text", 11, 5, None]
    return sum(name_of(value) for _ in range(40) for value in values)


@piece
def unpacking():
    total = 0
    pairs = [(i, (i + 1, i + 2), [i, i]) for i in range(200)]
    for a, (b, c), [d, *e] in pairs:
        a, b = b, a
        total += a - b + c + d + len(e)
        first, *_, last = range(a % 5 + 2)
        total += first + last
    return total


@piece
def dynamic_attributes():
    class Bag:
        def __getattr__(self, name):
            if name.startswith("no"):
                raise AttributeError(name)
            return len(name)

    bag = Bag()
    total = 0
    for i in range(250):
        setattr(bag, f"field{i % 10}", i)
        total += getattr(bag, f"field{i % 10}") + bag.missing
        if not hasattr(bag, "nothing") and getattr(bag, "none", None) is None:
            total += 1
    return total, len(vars(bag))


@piece
def iteration_tools():
    numbers = range(200)
    a = sum(itertools.accumulate(numbers))
    b = len(list(itertools.combinations(range(12), 3)))
    c = [len(list(group)) for _, group in itertools.groupby(numbers, key=lambda n: n // 10)]
    d = list(itertools.chain.from_iterable([i] * 3 for i in range(50)))
    e = dict(zip(map(str, numbers), reversed(numbers)))
    f = functools.reduce(lambda x, y: x ^ y, numbers)
    g = list(filter(None, (n % 3 for n in numbers)))
    h = any(n > 150 for n in numbers) and all(n >= 0 for n in numbers)
    i = list(itertools.islice(itertools.cycle("abc"), 100))
    return a, b, len(c), len(d), len(e), f, len(g), h, len(i), max(numbers, key=lambda n: -n), min(e)


class Branch:
    """A part of a tree that gives its leaves by generators of its own parts."""

    def __init__(self, depth, first=0):
        self.value = first
        self.parts = [Branch(depth - 1, first * 2 + i) for i in range(2)] if depth else []

    def __iter__(self):
        for part in self.parts:
            yield from part
        yield self.value


@piece
def chains_of_generators():
    def steps(depth):
        if depth:
            yield depth
            result = yield from steps(depth - 1)
            return result + 1
        return 0

    def sent():
        total = 0
        while (got := (yield total)) is not None:
            total += got
        return total

    def hands_on():
        return (yield from sent())

    running = hands_on()
    next(running)
    given = [running.send(i) for i in range(50)]
    return sum(Branch(7)), [len(list(steps(depth))) for depth in (1, 5, 30)], given[-1]


@piece
def awaited_chains():
    class Pause:
        def __await__(self):
            return (yield 1)

    async def down(depth):
        if depth == 0:
            return await Pause()
        return depth + await down(depth - 1)

    async def numbers(count):
        for i in range(count):
            if i % 10 == 0:
                await Pause()
            yield i

    async def main():
        found = [await down(depth) for depth in (0, 3, 12)]
        return found + [n async for n in numbers(40)]

    running, pauses = main(), 0
    try:
        while True:
            running.send(None if pauses == 0 else 2)
            pauses += 1
    except StopIteration as end:
        return pauses, sum(end.value)


@piece
def sets_of_what_generators_give():
    found = 0
    for row in itertools.permutations(range(4)):
        if len(set(row[i] + i for i in range(4))) == len(set(row[i] - i for i in range(4))) == 4:
            found += 1
    keys = {(a, (b, "x")): a for a in range(10) for b in range(3)}
    return found, sum(keys[a, (b, "x")] for a in range(10) for b in range(3))
