"""int, float, complex and bool: methods, operators, what makes them, and math."""

from draw import table

PRELUDE = """
import cmath, math, operator
"""

CALLS = table("""
abs bool repr str float int complex number.__neg__ | number
hash steady
bin oct hex chr | integer
divmod real real
pow number power
pow integer integer integer
round real small?
round number small?
int digits small?
int text
int bytes small?
float numeral
complex numeral
complex number number
float.fromhex hexadecimal
float.hex float.as_integer_ratio float.is_integer | float
float.from_number complex.from_number | number
int.bit_length int.bit_count int.as_integer_ratio int.is_integer int.conjugate | integer
int.to_bytes integer length? order? signed=boolean?
int.from_bytes bytes order? signed=boolean?
complex.conjugate complex
sum floats
sum numbers number?
min max | real real
sorted | reals
""")

MATH = table("""
acos acosh asin asinh atan atanh cbrt ceil cos cosh degrees erf erfc exp exp2 expm1 fabs floor frexp |
isfinite isinf isnan log log10 log1p log2 modf radians sin sinh sqrt tan tanh trunc ulp gamma lgamma | real
atan2 copysign fmod pow remainder log | real real
nextafter real real steps=integer?
isclose real real rel_tol=real? abs_tol=real?
ldexp real index
hypot *real
fma real real real
gcd lcm | *integer
comb perm | tiny tiny?
factorial tiny
isqrt integer
dist floats floats
fsum floats
prod numbers start=number?
sumprod floats floats
""".replace("isfinite", "| real\nisfinite", 1))

COMPLEX_MATH = table("""
acos acosh asin asinh atan atanh cos cosh exp log log10 phase polar sin sinh sqrt tan tanh isfinite isinf isnan | complex
isclose complex complex
log complex complex
rect real real
""")

KINDS = {
    "steady": lambda draw: draw.integer() if draw.chance(0.5) else repr(draw.uniform(-9, 9) * 10.0 ** draw.randint(-99, 99)),
    "power": lambda draw: draw.of(SAFE_POWERS) if draw.chance(0.7) else draw.float(),
    "tiny": lambda draw: str(draw.randint(-1, 70)),
    "order": ("'big'", "'little'", "'middle'"),
    "length": ("0", "1", "2", "4", "8", "9", "16", "33", "-1"),
    "digits": lambda draw: ascii(number_text(draw)),
    "numeral": lambda draw: ascii(numeral(draw)),
    "hexadecimal": lambda draw: ascii(hexadecimal(draw)),
    "floats": lambda draw: f"[{', '.join(draw.float() for _ in range(draw.some(6)))}]",
    "reals": lambda draw: f"[{', '.join(draw.real() for _ in range(draw.some(6)))}]",
    "numbers": lambda draw: f"[{', '.join(draw.number() for _ in range(draw.some(5)))}]",
}

OPERATORS = ("+", "-", "*", "/", "//", "%", "**", "&", "|", "^", "<<", ">>", "<", "<=", "==", "!=", ">", ">=", "@")
SAFE_POWERS = "2 3 -1 0 0.5 -0.5 7 1.5 10 -3 1e-5 (1+2j) -0.0 64 True".split()


def number_text(draw):
    prefix = draw.of(("", "", "", "-", "+", "0x", "0b", "0o", " ", "--", "0"))
    digits = "".join(draw.of("0123456789abcdefz_ .") if draw.chance(0.2) else draw.of("0123456789") for _ in range(draw.some(30)))
    return prefix + digits + draw.of(("", "", "", " ", "\n", "L", "\u0661", "_"))


def numeral(draw):
    """The text of a float, or nearly."""
    number = draw.random()
    if number < 0.2:
        return draw.of((
            "nan", "-nan", "inf", "-INF", "infinity", "+Infinity", "infinit", "1e", "e5", ".", "1.", ".5", "1_0.0_1", "1__0",
            "_1", "1_", "0x1p3", "1e400", "-1e400", "1e-400", "\uff11.\uff15", "1j", "1+2j", "(1+2j)", "1e5j", "-j", "nanj",
            "1 + 2j", "inf+nanj", " 1.5 ", "1.5\x00", "\u0661.5", "1d5", "1e+05", "1e-05", "+-1", "0e0", "-0", "00001.5",
        ))
    mantissa = "".join(draw.of("0123456789") for _ in range(draw.some(25, 1)))
    place = draw.below(len(mantissa) + 1)
    exponent = draw.of(("", "", f"e{draw.randint(-330, 330)}", f"E{draw.randint(-20, 20)}"))
    return draw.of(("", "-", "+")) + mantissa[:place] + "." + mantissa[place:] + exponent


def hexadecimal(draw):
    digits = "".join(draw.of("0123456789abcdefF.") for _ in range(draw.some(18)))
    return draw.of(("", "-", "+")) + draw.of(("0x", "", "0X")) + digits + draw.of(("", "p", "p0", f"p{draw.randint(-1080, 1030)}", "p+3"))


def program(draw):
    number = draw.random()
    if number < 0.3:
        name, signature = draw.of(CALLS)
        if name.startswith("number."):
            return f"operator.{draw.of(('neg', 'pos', 'invert', 'abs', 'index', 'not_', 'truth'))}({draw.number()})"
        return draw.call(name, signature)
    if number < 0.5:
        return draw.call("math.{}".format((chosen := draw.of(MATH))[0]), chosen[1])
    if number < 0.6:
        return draw.call("cmath.{}".format((chosen := draw.of(COMPLEX_MATH))[0]), chosen[1])
    if number < 0.63:
        # Many digits.
        left, right = (draw.getrandbits(draw.of((100, 1000, 5000, 33000))) for _ in range(2))
        operator = draw.of(("+", "-", "*", "//", "%", "&", "|", "^"))
        return f"(lambda a, b: hex(a {operator} b))({left:#x}, {right:#x})"
    if number < 0.65:
        digits = draw.of((20, 100, 1000, 4300, 4301, 10000))
        return f"len(str({draw.getrandbits(int(digits * 3.32)):#x})), int({'7' * digits!r}) % 1000007"
    if number < 0.68:
        left, right = draw.integer(), draw.integer()
        return f"(lambda a, b: a / b)({left}, {right})"
    operator = draw.of(OPERATORS)
    left = draw.number()
    right = draw.value("power") if operator == "**" else draw.count() if operator == "<<" else draw.number()
    return f"(lambda a, b: a {operator} b)({left}, {right})"
