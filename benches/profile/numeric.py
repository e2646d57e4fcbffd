"""Integers, floats, decimals, fractions."""

import decimal
import fractions
import math
import statistics

PIECES = []


def piece(function):
    PIECES.append(function)
    return function



@piece
def integers():
    total = 0
    for i in range(1, 600):
        total += (i * i - i // 3) % 17
        total ^= i << 3
        total &= 0xFFFFFF
        if i & 1 and not i % 5 or total > 1000:
            total -= i
        total += -i >> 2 | 1
    return total, divmod(total, 7), abs(-total), pow(total, 3, 1000)


@piece
def floats():
    x, y, energy = 1.0, 0.0, 0.0
    for step in range(600):
        x, y = x - 0.01 * y, y + 0.01 * x
        energy += 0.5 * (x * x + y * y)
        if energy > 1e9 or x != x:
            break
    return round(energy, 3), int(x * 100), float("1.5e3"), x < y, -x


@piece
def mathematics():
    total = 0.0
    for i in range(1, 250):
        total += math.sqrt(i) * math.sin(i) + math.log(i) - math.floor(i / 2) + math.hypot(i, 1)
        total += math.gcd(i, 36) + math.atan2(i, 2) + min(i, total) + max(0, total) + round(total, 2)
    return total, math.isclose(total, total), math.factorial(20), math.comb(20, 7)


@piece
def mandelbrot():
    inside = 0
    for row in range(12):
        for column in range(24):
            c = complex(column / 12 - 1.5, row / 6 - 1)
            z = 0j
            for _ in range(20):
                z = z * z + c
                if abs(z) > 2:
                    break
            else:
                inside += 1
    return inside


@piece
def large_integers():
    a, b = 0, 1
    for _ in range(300):
        a, b = b, a + b
    number = 3**200 * 7**50
    return len(str(a)), number % 1000007, number // a, int(str(number)) == number, a.bit_length(), hex(a)[:5]


@piece
def determinants():
    rows = [[(i * 7 + j * j * 3) % 11 + (i == j) * 9.0 for j in range(9)] for i in range(9)]
    determinant = 1.0
    for i in range(9):
        pivot = rows[i][i]
        determinant *= pivot
        for j in range(i + 1, 9):
            factor = rows[j][i] / pivot
            for k in range(i, 9):
                rows[j][k] -= factor * rows[i][k]
    return determinant


@piece
def decimals():
    context = decimal.getcontext()
    balance = decimal.Decimal("1000.00")
    for i in range(60):
        interest = (balance * decimal.Decimal("0.0123")).quantize(decimal.Decimal("0.01"), decimal.ROUND_HALF_UP)
        balance += interest - decimal.Decimal(i)
    return str(balance), balance > 5, int(balance), context.prec, abs(balance).sqrt(), f"{balance:,.2f}"


@piece
def rationals():
    total = fractions.Fraction(0)
    for i in range(1, 25):
        total += fractions.Fraction(1, i)
    return total, float(total), total.limit_denominator(100)


@piece
def statistics_of_samples():
    samples = [(i * 37 % 101) / 3 for i in range(60)]
    return statistics.mean(samples), statistics.median(samples), statistics.stdev(samples), sum(samples)
