"""decimal, fractions and statistics."""

from draw import table

PRELUDE = """
import decimal, fractions, math, statistics
from decimal import Decimal, Context
from fractions import Fraction
def within(context, call):
    # What a calculation gives in a context, and which flags it raises.
    with decimal.localcontext(context) as now:
        try:
            return call(now)
        finally:
            trace(sorted(flag.__name__ for flag, on in now.flags.items() if on).__repr__())
"""

UNARY = ("abs", "copy_abs", "copy_negate", "exp", "is_canonical", "is_finite", "is_infinite", "is_nan", "is_normal", "is_qnan", "is_signed", "is_snan", "is_subnormal", "is_zero", "ln", "log10", "logb", "logical_invert", "minus", "next_minus", "next_plus", "normalize", "number_class", "plus",
         "radix", "sqrt", "to_eng_string", "to_integral_exact", "to_integral_value", "to_sci_string", "create_decimal", "canonical")
BINARY = ("add", "compare", "compare_signal", "compare_total", "compare_total_mag", "copy_sign", "divide", "divide_int", "divmod", "logical_and", "logical_or", "logical_xor", "max", "max_mag", "min", "min_mag", "multiply", "next_toward", "quantize", "remainder", "remainder_near", "rotate", "same_quantum",
          "scaleb", "shift", "subtract", "power")
METHODS = table("""
adjusted as_integer_ratio as_tuple conjugate is_finite is_nan is_zero normalize to_eng_string __str__ __repr__ __hash__ __int__ __float__ __bool__ __neg__ __abs__ __ceil__ __floor__ __trunc__ __complex__ |
quantize decimal rounding=rounding?
to_integral_value to_integral_exact | rounding=rounding?
compare max min remainder_near copy_sign same_quantum scaleb shift rotate next_toward | decimal
fma decimal decimal
sqrt ln log10 exp logb number_class next_plus |
__format__ spec
__round__ small?
__pow__ power
""")
STATISTICS = table("""
mean median median_low median_high mode multimode harmonic_mean geometric_mean pvariance variance pstdev stdev fmean | sample
fmean harmonic_mean | sample weights=sample?
quantiles sample n=n? method=method?
median_grouped sample interval=n?
pvariance variance | sample number?
correlation covariance linear_regression | sample sample
correlation sample sample method=ranked?
linear_regression sample sample proportional=boolean?
""")
FRACTION = table("""
limit_denominator n?
__str__ __repr__ __hash__ __int__ __float__ __bool__ __neg__ __abs__ __ceil__ __floor__ __trunc__ as_integer_ratio is_integer conjugate |
__round__ small?
__format__ spec
""")
LITERALS = ("0", "-0", "1", "-1", "0.1", "-0.5", "1.5", "2.675", "1E+5", "1E-7", "-1.20", "NaN", "-NaN", "sNaN", "NaN123", "Infinity", "-Inf", "1E+999999", "1E-999999", "9.999", "123456789012345678901234567890", "0E+3", "0.00", "100", "1_000", "\u0663", "1e", "", ".", "abc", " 1 ", "1E999999999999999999999",
            "5E-324", "0E-10", "101", "-110", "7", "3", "1.0000000000000000000000000001", "99999", "0.5", "2", "-3", "1e-5")
CONTEXTS = ("Context()", "Context(prec=3)", "Context(prec=1)", "Context(prec=50)", "Context(prec=5, rounding=decimal.ROUND_DOWN)", "Context(prec=5, rounding=decimal.ROUND_05UP)", "Context(prec=4, Emax=5, Emin=-5)", "Context(prec=4, Emax=5, Emin=-5, clamp=1, traps=[])", "Context(traps=[])", "Context(prec=9, traps=[decimal.Inexact])",
            "decimal.ExtendedContext", "decimal.BasicContext", "Context(prec=6, capitals=0)", "Context(prec=7, rounding=decimal.ROUND_HALF_DOWN)", "Context(traps=[decimal.FloatOperation])", "Context(prec=7, rounding=decimal.ROUND_CEILING)")
SPECS = ("", ".2f", "e", ".3e", "g", "10", "<10", "^12.1f", ",", ",.2f", "_", "%", ".1%", "+", " ", "08.2f", "n", "#g", "E", "F", "z.1f", ".0f", "*>9", "d", "x", ".10g", "_.3f", "z", ".20f", "010,", "s", ".3")


def decimal(draw):
    number = draw.random()
    if number < 0.5:
        return f"Decimal({draw.of(LITERALS)!r})"
    if number < 0.85:
        digits = "".join(draw.of("0123456789") for _ in range(draw.some(30, 1)))
        place = draw.below(len(digits) + 1)
        return f"Decimal('{draw.of(('', '-'))}{digits[:place]}.{digits[place:]}{draw.of(('', '', f'E{draw.randint(-30, 30)}'))}')"
    return draw.of((f"Decimal({draw.float()})", f"Decimal({draw.integer()})", f"Decimal(({draw.of((0, 1, 2))}, ({draw.below(12)}, 2, 3), {draw.of((-2, 0, 5, '\"F\"', '\"n\"'))}))"))


def fraction(draw):
    number = draw.random()
    if number < 0.5:
        return f"Fraction({draw.randint(-30, 30)}, {draw.randint(1, 20) if draw.chance(0.95) else draw.of((0, -4, 1.5))})"
    if number < 0.7:
        return f"Fraction({draw.of(('1/3', '-7/2', '1.5', '1e-3', ' 3/4 ', '1/0', '3 /4', '1_0/3', '.5', '', 'x', 'nan', '1/2.5', '-0', '10e2', '\u0661/3', '1/ 2', '1/-2'))!r})"
    return f"Fraction({draw.of((draw.float, draw.integer, lambda: decimal(draw)))()})"


def sample(draw):
    size = draw.some(8)
    kind = draw.random()
    if kind < 0.35:
        values = [str(draw.randint(-5, 12)) for _ in range(size)]
    elif kind < 0.7:
        values = [draw.float() if draw.chance(0.3) else repr(round(draw.uniform(0, 50), draw.below(4))) for _ in range(size)]
    elif kind < 0.8:
        values = [fraction(draw) for _ in range(size)]
    elif kind < 0.9:
        values = [decimal(draw) for _ in range(size)]
    else:
        values = [draw.of(("1", "2.5", "True", "Fraction(1, 3)", "Decimal('1.5')", "'a'", "None", "-0.0", "10**30", "float('inf')")) for _ in range(size)]
    return f"[{', '.join(values)}]"


KINDS = {
    "decimal": lambda draw: decimal(draw) if draw.chance(0.9) else draw.of((draw.integer, draw.float, lambda: fraction(draw)))(),
    "rounding": ("decimal.ROUND_UP", "decimal.ROUND_HALF_EVEN", "decimal.ROUND_FLOOR", "decimal.ROUND_HALF_UP", "'x'", "None", "decimal.ROUND_05UP"),
    "spec": lambda draw: repr(draw.of(SPECS)),
    "power": ("2", "-1", "Decimal('0.5')", "Decimal('3')", "0", "Decimal('-2.5')", "10", "Fraction(1, 2)", "2.0"),
    "sample": sample,
    "n": ("1", "2", "4", "10", "0", "100", "1000", "-1", "1.5"),
    "method": ("'inclusive'", "'exclusive'", "'x'"),
    "ranked": ("'linear'", "'ranked'", "'x'"),
}


def program(draw):
    number = draw.random()
    if number < 0.25:
        if draw.chance(0.5):
            call = f"c.{draw.of(UNARY)}({decimal(draw) if draw.chance(0.9) else repr(draw.of(LITERALS))})"
        else:
            name = draw.of(BINARY)
            right = draw.value("power") if name == "power" else draw.value("decimal")
            call = f"c.{name}({decimal(draw)}, {right})"
        return f"within({draw.of(CONTEXTS)}, lambda c: {call})"
    if number < 0.4:
        name, signature = draw.of(METHODS)
        return f"{decimal(draw)}.{name}({draw.arguments(signature)})"
    if number < 0.55:
        make = draw.of((decimal, fraction))
        operator = draw.of(("+", "-", "*", "/", "//", "%", "**", "<", "==", ">=", "!="))
        left, right = make(draw), draw.of((make, make, lambda d: d.real(), lambda d: d.value("decimal")))(draw)
        if operator == "**":
            right = draw.value("power")
        if draw.chance(0.2) and operator != "**":
            left, right = right, left
        return f"{left} {operator} {right}"
    if number < 0.6:
        return f"within({draw.of(CONTEXTS)}, lambda c: {decimal(draw)} {draw.of(('+', '-', '*', '/', '//', '%'))} {decimal(draw)})"
    if number < 0.68:
        return fraction(draw)
    if number < 0.76:
        name, signature = draw.of(FRACTION)
        return f"{fraction(draw)}.{name}({draw.arguments(signature)})"
    if number < 0.78:
        return draw.of((f"statistics.NormalDist({draw.of((0, 1, 2.5, -1))}, {draw.of((1, 0.5, 0, -1, 3))})." + draw.of(("cdf({})", "pdf({})", "inv_cdf({})", "zscore({})", "quantiles(4)")).format(draw.of((0.5, 0.1, 0, 1, 2, -3, 0.975))), f"round(statistics.kde({sample(draw)}, {draw.of((1, 0.5, 0))}, {draw.of(('normal', 'logistic', 'triangular', 'x', 'cosine'))!r})(1.5), 12)"))
    name, signature = draw.of(STATISTICS)
    return draw.call(f"statistics.{name}", signature)
