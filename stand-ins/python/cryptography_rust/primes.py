"""krait: prime numbers, for keys of RSA, DSA and Diffie-Hellman."""

import math
import os

_SMALL = [2]
for _number in range(3, 2000, 2):
    if all(_number % _each for _each in _SMALL if _each * _each <= _number):
        _SMALL.append(_number)
_PRODUCT = math.prod(_SMALL)


def random_below(limit):
    """A number from 1 to below the limit, each as likely."""
    size = (limit.bit_length() + 7) // 8
    spare = 8 * size - limit.bit_length()
    while True:
        number = int.from_bytes(os.urandom(size)) >> spare
        if 0 < number < limit:
            return number


def random_bits(bits):
    return int.from_bytes(os.urandom((bits + 7) // 8)) >> -bits % 8


def is_prime(number, rounds=None):
    """By Miller and Rabin (FIPS 186-5, B.3.1): wrong with a chance of less than 2^-100 for numbers by chance."""
    if number < 2:
        return False
    if number < 4_000_000:
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


def both_have_no_small_divisor(one, other):
    return math.gcd(one, _PRODUCT) == 1 and math.gcd(other, _PRODUCT) == 1
