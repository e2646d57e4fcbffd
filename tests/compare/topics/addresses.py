"""ipaddress, and what socket says of addresses without a network."""


PRELUDE = """
import ipaddress, socket
from ipaddress import *
"""

V4 = ("0.0.0.0", "127.0.0.1", "10.0.0.1", "192.168.1.255", "255.255.255.255", "1.2.3.4", "224.0.0.1", "169.254.1.1", "100.64.0.1", "192.0.2.1", "198.18.0.1", "240.0.0.1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "256.1.1.1", "1.2.3.-4", "\u0661.2.3.4", "1.2.3.4 ", "", "192.0.0.9", "203.0.113.5", "a.b.c.d", "1..2.3", "0x1.2.3.4")
V6 = ("::", "::1", "fe80::1", "fe80::1%eth0", "2001:db8::1", "::ffff:1.2.3.4", "ff02::1", "fc00::1", "2002:c000:204::", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", ":::", "1::2::3", "12345::", "g::", "::1.2.3.4", "::1.2.3", "2001:DB8::A", "64:ff9b::1.2.3.4", "fec0::1",
      "100::1", "::ffff:0:0", "1:2:3:4:5:6:1.2.3.4", "%eth", "fe80::1%", "2001:2::1", "2001:20::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "0:0:0:0:0:0:0:0", "1:0:0:2:0:0:0:3")
MASKS = ("", "/8", "/24", "/30", "/31", "/32", "/0", "/33", "/64", "/127", "/128", "/129", "/255.255.255.0", "/0.0.0.255", "/255.0.255.0", "/-1", "/", "/x", "/24/8", "/ 8", "/08")
ATTRIBUTES = ("compressed", "exploded", "packed", "is_private", "is_global", "is_multicast", "is_loopback", "is_link_local", "is_reserved", "is_unspecified", "max_prefixlen", "version", "reverse_pointer", "ipv4_mapped", "sixtofour", "teredo", "is_site_local", "scope_id", "__int__()", "__str__()", "__repr__()", "__hash__() is not None", "ipv6_mapped")
NETWORK = ("network_address", "broadcast_address", "netmask", "hostmask", "prefixlen", "num_addresses", "with_netmask", "with_hostmask", "with_prefixlen", "is_private", "is_global", "is_multicast", "__str__()", "__repr__()", "compressed", "exploded", "reverse_pointer", "max_prefixlen")
FORMATS = ("", "b", "x", "X", "n", "#b", "_x", "#_X", "s", "<20", "d", "_n", "^30s", "c")


def address(draw):
    return draw.of(V4 if draw.chance(0.5) else V6)


def made(draw):
    value = ascii(address(draw)) if draw.chance(0.75) else draw.of((draw.integer(), repr(draw.randbytes(draw.of((4, 16, 3)))), "2**128 - 1", "2**32", "-1", "None", "1.5"))
    return f"{draw.of(('ip_address', 'ip_address', 'IPv4Address', 'IPv6Address'))}({value})"


def network(draw):
    shown = ascii(address(draw) + draw.of(MASKS))
    if draw.chance(0.1):
        shown = draw.of((f"({ascii(address(draw))}, {draw.of((8, 24, '\"24\"', 64, 33))})", draw.integer(), repr(draw.randbytes(4))))
    return f"{draw.of(('ip_network', 'ip_network', 'IPv4Network', 'IPv6Network'))}({shown}{draw.of((', False', ', strict=False', ', False', ''))})"


def program(draw):
    number = draw.random()
    if number < 0.3:
        return f"{made(draw)}.{draw.of(ATTRIBUTES)}"
    if number < 0.4:
        operator = draw.of(("+", "-", "<", "==", ">=", "!="))
        return f"{made(draw)} {operator} {draw.of((made(draw), '1', '-1', '2**32', 'None', network(draw)))}"
    if number < 0.45:
        return f"format({made(draw)}, {draw.of(FORMATS)!r})"
    if number < 0.6:
        return f"{network(draw)}.{draw.of(NETWORK)}"
    if number < 0.8:
        other = network(draw)
        return f"{network(draw)}" + draw.of((
            f".subnets({draw.of(('', 'prefixlen_diff=2', 'new_prefix=26', 'new_prefix=8', '0'))})", f".supernet({draw.of(('', 'prefixlen_diff=2', 'new_prefix=4', 'prefixlen_diff=40'))})", f".overlaps({other})", f".subnet_of({other})", f".supernet_of({other})",
            f".compare_networks({other})", f"[{draw.of((0, 1, -1, 300, 5))}]", f".address_exclude({other})", ".hosts()", f" < {other}", f" == {other}", f".__contains__({made(draw)})",
        ))
    if number < 0.9:
        interface = f"ip_interface({ascii(address(draw) + draw.of(MASKS))})"
        return f"{interface}" + draw.of((".network", ".ip", ".with_prefixlen", ".with_netmask", ".with_hostmask", ".__str__()", f" == {made(draw)}", f" < {interface}", ".__repr__()", ".netmask"))
    return draw.of((
        f"summarize_address_range({made(draw)}, {made(draw)})", f"collapse_addresses([{network(draw)}, {network(draw)}])", f"v4_int_to_packed({draw.integer()})", f"get_mixed_type_key({network(draw)})",
        f"socket.inet_aton({ascii(address(draw))})", f"socket.inet_ntoa({draw.randbytes(4)!r})", f"socket.inet_pton(socket.AF_INET6, {ascii(address(draw))})", f"socket.inet_pton(socket.AF_INET, {ascii(address(draw))})", f"socket.inet_ntop(socket.AF_INET6, {draw.randbytes(16)!r})",
        f"socket.htons({draw.below(70000)}), socket.ntohl({draw.below(2**32)})",
    ))
