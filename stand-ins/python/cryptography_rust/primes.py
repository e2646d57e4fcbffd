"""krait: prime numbers, for keys of RSA, DSA and Diffie-Hellman."""

import math
from os import urandom

_SMALL = [2]
for _number in range(3, 8000, 2):
    if all(_number % _each for _each in _SMALL if _each * _each <= _number):
        _SMALL.append(_number)
_PRODUCT = math.prod(_SMALL[:300])


def random_below(limit):
    """A number from 1 to below the limit, each as likely."""
    size = (limit.bit_length() + 7) // 8
    spare = 8 * size - limit.bit_length()
    while True:
        number = int.from_bytes(urandom(size)) >> spare
        if 0 < number < limit:
            return number


def random_bits(bits):
    return int.from_bytes(urandom((bits + 7) // 8)) >> -bits % 8


def is_prime(number, rounds=None):
    """By Miller and Rabin (FIPS 186-5, B.3.1): wrong with a chance of less than 2^-100 for numbers by chance."""
    if number < 2:
        return False
    if number < 60_000_000:
        return all(number % each for each in _SMALL if each * each <= number)
    if math.gcd(number, _PRODUCT) != 1:
        return False
    odd, twos = number - 1, 0
    while not odd & 1:
        odd, twos = odd >> 1, twos + 1
    bits = number.bit_length()
    rounds = rounds or (4 if bits >= 1024 else 8 if bits >= 512 else 40)
    for _ in range(rounds):
        value = pow(random_below(number - 1), odd, number)
        if value in (1, number - 1):
            continue
        for _ in range(twos - 1):
            value = value * value % number
            if value == number - 1:
                break
        else:
            return False
    return True


def random_prime(bits, suits=lambda candidate: True):
    """A prime of so many bits, the two highest of which are set."""
    while True:
        candidate = random_bits(bits) | 3 << bits - 2 | 1
        # One division by all the small primes tells which of the numbers after it have one.
        rest = candidate % _PRODUCT
        for step in range(0, 4 * bits, 2):
            if math.gcd(rest + step, _PRODUCT) != 1:
                continue
            number = candidate + step
            if number.bit_length() == bits and suits(number) and is_prime(number):
                return number



def random_safe_prime(bits, step, rest):
    """A prime of so many bits, half of which, less one, is one too; by `step` it leaves `rest`.

    What a small prime divides is struck out of a row of candidates first.
    """
    row = 1 << 14
    while True:
        start = random_bits(bits) | 3 << bits - 2
        start += (rest - start) % step
        struck = bytearray(row)
        for prime in _SMALL:
            if step % prime == 0:
                continue
            inverse = pow(step, -1, prime)
            # Where the number is a multiple of the prime, and where half of it is.
            for wanted in (0, 1):
                first = (wanted - start) * inverse % prime
                struck[first::prime] = b"\1" * len(range(first, row, prime))
        for place in range(row):
            if struck[place]:
                continue
            number = start + place * step
            if number.bit_length() != bits:
                break
            half = number >> 1
            if pow(2, half - 1, half) == 1 and is_prime(number) and is_prime(half):
                return number
