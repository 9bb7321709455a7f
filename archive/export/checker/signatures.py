"""RSA (PKCS #1 v1.5 and PSS, RFC 8017) and ECDSA (FIPS 186-5) signatures, verified in numbers."""

from __future__ import annotations

import hashlib

from archive.export.checker.der import BITS, SEQUENCE, Der, Malformed, der

DIGESTS = {
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_WITH_RSA = {
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
}
_WITH_ECDSA = {
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
}
_RSA, _PSS, _EC = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10", "1.2.840.10045.2.1"
_DIGEST_INFO = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}
# p, b, order, base point (SEC 2); a = p - 3 for all of them.
_CURVES = {
    "1.2.840.10045.3.1.7": (
        2**256 - 2**224 + 2**192 + 2**96 - 1,
        0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
        0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
        0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
        0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    ),
    "1.3.132.0.34": (
        2**384 - 2**128 - 2**96 + 2**32 - 1,
        0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
        0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
        0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F,
    ),
}


class NotKnown(Exception):
    """The signature is of a kind that is not verified here."""


def signature_holds(
    key: Der, algorithm: Der, digest: str | None, message: bytes, signature: bytes
) -> bool:
    """Tell whether a signature by a SubjectPublicKeyInfo holds; raises `NotKnown`, `Malformed`.

    `digest` is the hash that stands beside the algorithm, where it does not say it itself.
    """
    parts = algorithm.parts()
    kind = parts[0].oid()
    key_kind, bits = key.parts()
    if bits.only(BITS).content[:1] != b"\x00":
        raise Malformed("a key is a whole number of bytes")
    owner = key_kind.parts()[0].oid()
    if kind == _PSS and owner in (_RSA, _PSS):
        return _pss(der(bits.content[1:]), parts[1:], message, signature)
    if owner == _RSA and (kind in _WITH_RSA or (kind == _RSA and digest)):
        return _rsa(der(bits.content[1:]), _WITH_RSA.get(kind, digest), message, signature)
    if owner == _EC and kind in _WITH_ECDSA:
        return _ecdsa(
            key_kind.parts()[1].oid(), bits.content[1:], _WITH_ECDSA[kind], message, signature
        )
    raise NotKnown(kind)


def _raised(key: Der, signature: bytes) -> tuple[int, bytes]:
    """Return the modulus' bits and the signature raised to the exponent, as bytes."""
    modulus, exponent = (one.number() for one in key.only(SEQUENCE).parts())
    bits, size = modulus.bit_length(), (modulus.bit_length() + 7) // 8
    if not 2048 <= bits <= 8192 or not 3 <= exponent < 2**33 or len(signature) != size:
        raise NotKnown(f"an RSA key of {bits} bits")
    number = int.from_bytes(signature, "big")
    if number >= modulus:
        return bits, b""
    return bits, pow(number, exponent, modulus).to_bytes(size, "big")


def _rsa(key: Der, digest: str | None, message: bytes, signature: bytes) -> bool:
    """RSASSA-PKCS1-v1_5 (RFC 8017 §8.2.2): the padding is made anew and compared whole."""
    if digest not in _DIGEST_INFO:
        raise NotKnown(str(digest))
    _, found = _raised(key, signature)
    tail = _DIGEST_INFO[digest] + hashlib.new(digest, message).digest()
    return found == b"\x00\x01" + b"\xff" * (len(found) - len(tail) - 3) + b"\x00" + tail


def _pss(key: Der, parameters: list[Der], message: bytes, signature: bytes) -> bool:
    """RSASSA-PSS (RFC 8017 §8.1.2 and §9.1.2)."""
    digest, mask, salt_size = "sha1", "sha1", 20
    for one in parameters[0].parts() if parameters else []:
        if one.tag == 0xA0:
            digest = DIGESTS.get(one.inner().parts()[0].oid(), "")
        elif one.tag == 0xA1:
            mask = DIGESTS.get(one.inner().parts()[1].parts()[0].oid(), "")
        elif one.tag == 0xA2:
            salt_size = one.inner().number()
    if digest not in _DIGEST_INFO or mask not in _DIGEST_INFO or not 0 <= salt_size <= 512:
        raise NotKnown("PSS with " + (digest or "another hash"))
    bits, found = _raised(key, signature)
    size = (bits - 1 + 7) // 8
    encoded = found[-size:]
    length = hashlib.new(digest).digest_size
    if len(found) < size or found[:-size].strip(b"\x00") or encoded[-1:] != b"\xbc":
        return False
    hidden, hashed = encoded[: size - length - 1], encoded[size - length - 1 : -1]
    stream = b"".join(
        hashlib.new(mask, hashed + count.to_bytes(4, "big")).digest()
        for count in range(len(hidden) // hashlib.new(mask).digest_size + 1)
    )
    plain = bytearray(a ^ b for a, b in zip(hidden, stream))
    unused = 8 * size - (bits - 1)
    if hidden[0] >> (8 - unused):
        return False
    plain[0] &= 0xFF >> unused
    start = len(plain) - salt_size - 1
    if start < 0 or plain[:start].strip(b"\x00") or plain[start] != 1:
        return False
    own = hashlib.new(digest, message).digest()
    return hashlib.new(digest, b"\x00" * 8 + own + bytes(plain[start + 1 :])).digest() == hashed


def _ecdsa(curve: str, point: bytes, digest: str, message: bytes, signature: bytes) -> bool:
    if curve not in _CURVES:
        raise NotKnown("curve " + curve)
    p, b, order, *base = _CURVES[curve]
    size = (p.bit_length() + 7) // 8
    if len(point) != 2 * size + 1 or point[0] != 4:
        raise NotKnown("a compressed point")
    x, y = int.from_bytes(point[1 : size + 1], "big"), int.from_bytes(point[size + 1 :], "big")
    r, s = (one.number() for one in der(signature).only(SEQUENCE).parts())
    if x >= p or (y * y - x * x * x + 3 * x - b) % p or not (0 < r < order and 0 < s < order):
        return False
    hashed = hashlib.new(digest, message).digest()
    number = int.from_bytes(hashed, "big") >> max(8 * len(hashed) - order.bit_length(), 0)
    inverse = pow(s, order - 2, order)
    total = _ec_sum(
        _ec_times(number * inverse % order, (base[0], base[1], 1), p),
        _ec_times(r * inverse % order, (x, y, 1), p),
        p,
    )
    if total[2] == 0:
        return False
    return total[0] * pow(total[2] * total[2], p - 2, p) % p % order == r


def _ec_double(one: tuple[int, int, int], p: int) -> tuple[int, int, int]:
    """Double a point in Jacobian coordinates, the curve's a being -3; z = 0 is infinity."""
    x, y, z = one
    delta, gamma = z * z % p, y * y % p
    beta, alpha = x * gamma % p, 3 * (x - delta) * (x + delta) % p
    doubled = (alpha * alpha - 8 * beta) % p
    return (
        doubled,
        (alpha * (4 * beta - doubled) - 8 * gamma * gamma) % p,
        ((y + z) * (y + z) - gamma - delta) % p,
    )


def _ec_sum(one: tuple[int, int, int], two: tuple[int, int, int], p: int) -> tuple[int, int, int]:
    if one[2] == 0 or two[2] == 0:
        return two if one[2] == 0 else one
    first, second = one[2] * one[2] % p, two[2] * two[2] % p
    u, h = one[0] * second % p, (two[0] * first - one[0] * second) % p
    s = one[1] * two[2] * second % p
    r = 2 * (two[1] * one[2] * first - s) % p
    if h == 0:
        return _ec_double(one, p) if r == 0 else (1, 1, 0)
    i = 4 * h * h % p
    j, v = h * i % p, u * i % p
    x = (r * r - j - 2 * v) % p
    z = ((one[2] + two[2]) * (one[2] + two[2]) - first - second) * h % p
    return x, (r * (v - x) - 2 * s * j) % p, z


def _ec_times(number: int, point: tuple[int, int, int], p: int) -> tuple[int, int, int]:
    total = (1, 1, 0)
    while number:
        if number & 1:
            total = _ec_sum(total, point, p)
        point = _ec_double(point, p)
        number >>= 1
    return total
