"""The tree against the vectors of RFC 6962's reference implementation and a naive definition."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.ledger import merkle

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""The published roots over the first n of these leaves (certificate-transparency test data)."""

hashes = st.lists(st.binary(min_size=0, max_size=40), min_size=1, max_size=70)


def naive_root(leaves: Sequence[bytes]) -> bytes:
    """MTH as RFC 9162 §2.1.1 writes it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = next(k for k in (2**i for i in range(64)) if k < len(leaves) <= 2 * k)
    left, right = naive_root(leaves[:split]), naive_root(leaves[split:])
    return hashlib.sha256(b"\x01" + left + right).digest()


def naive_path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH as RFC 9162 §2.1.3.1 writes it."""
    if len(leaves) == 1:
        return []
    split = next(k for k in (2**i for i in range(64)) if k < len(leaves) <= 2 * k)
    if index < split:
        return [*naive_path(index, leaves[:split]), naive_root(leaves[split:])]
    return [*naive_path(index - split, leaves[split:]), naive_root(leaves[:split])]


def naive_proof(old: int, leaves: Sequence[bytes], *, whole: bool = True) -> list[bytes]:
    """SUBPROOF as RFC 9162 §2.1.4.1 writes it."""
    if old == len(leaves):
        return [] if whole else [naive_root(leaves)]
    split = next(k for k in (2**i for i in range(64)) if k < len(leaves) <= 2 * k)
    if old <= split:
        return [*naive_proof(old, leaves[:split], whole=whole), naive_root(leaves[split:])]
    return [
        *naive_proof(old - split, leaves[split:], whole=False),
        naive_root(leaves[:split]),
    ]


def reader(leaves: Sequence[bytes]) -> merkle.NodeReader:
    return lambda level, number: naive_root(leaves[number << level : (number + 1) << level])


@pytest.mark.parametrize("size", range(9))
def test_the_published_roots_come_out(size: int) -> None:
    assert merkle.root_of(LEAVES[:size]) == (size, bytes.fromhex(ROOTS[size]))


def test_a_published_path_comes_out() -> None:
    path = merkle.inclusion_proof(reader(LEAVES), 5, 8)

    assert [part.hex() for part in path] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


@given(hashes)
def test_root_edge_and_nodes_are_those_of_the_definition(leaves: list[bytes]) -> None:
    edge = merkle.Edge()
    nodes = {}
    for leaf in leaves:
        for level, number, value in edge.append(merkle.leaf_hash(leaf)):
            nodes[level, number] = value

    assert edge.root() == merkle.root_of(leaves)[1] == naive_root(leaves)
    assert merkle.Edge.from_bytes(len(leaves), edge.to_bytes()).root() == edge.root()
    assert nodes == {
        (level, number): reader(leaves)(level, number)
        for level in range(1, 8)
        for number in range(len(leaves) >> level)
    }


@given(hashes, st.data())
def test_paths_are_those_of_the_definition_and_verify(
    leaves: list[bytes], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))

    path = merkle.inclusion_proof(reader(leaves), index, len(leaves))

    assert path == naive_path(index, leaves)
    leaf = merkle.leaf_hash(leaves[index])
    assert merkle.verify_inclusion(leaf, index, len(leaves), path) == naive_root(leaves)


@given(hashes, st.data())
def test_growth_proofs_are_those_of_the_definition_and_verify(
    leaves: list[bytes], data: st.DataObject
) -> None:
    old = data.draw(st.integers(1, len(leaves)))
    roots = naive_root(leaves[:old]), naive_root(leaves)

    proof = merkle.consistency_proof(reader(leaves), old, len(leaves))

    assert proof == naive_proof(old, leaves)
    assert merkle.verify_consistency(old, roots[0], len(leaves), roots[1], proof)


@given(hashes, st.data())
def test_a_forged_part_anywhere_in_a_path_leads_elsewhere(
    leaves: list[bytes], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = merkle.inclusion_proof(reader(leaves), index, len(leaves))
    leaf, root = merkle.leaf_hash(leaves[index]), naive_root(leaves)

    for place in range(len(path)):
        forged = [*path[:place], b"x" * 32, *path[place + 1 :]]
        assert merkle.verify_inclusion(leaf, index, len(leaves), forged) != root
    assert merkle.verify_inclusion(leaf, index, len(leaves), [*path, b"x" * 32]) is None
    if path:
        assert merkle.verify_inclusion(leaf, index, len(leaves), path[:-1]) != root
    assert merkle.verify_inclusion(leaf, len(leaves), len(leaves), path) is None
    assert merkle.verify_inclusion(leaf, -1, len(leaves), path) is None


@given(hashes, st.data())
def test_a_forged_part_anywhere_in_a_growth_proof_is_refused(
    leaves: list[bytes], data: st.DataObject
) -> None:
    old = data.draw(st.integers(1, len(leaves)))
    roots = naive_root(leaves[:old]), naive_root(leaves)
    proof = merkle.consistency_proof(reader(leaves), old, len(leaves))

    for place in range(len(proof)):
        forged = [*proof[:place], b"x" * 32, *proof[place + 1 :]]
        assert not merkle.verify_consistency(old, roots[0], len(leaves), roots[1], forged)
    assert not merkle.verify_consistency(old, b"x" * 32, len(leaves), roots[1], proof)
    assert not merkle.verify_consistency(old, roots[0], len(leaves), b"x" * 32, proof)
    assert not merkle.verify_consistency(old, roots[0], len(leaves), roots[1], [*proof, b"x" * 32])
    if proof:
        assert not merkle.verify_consistency(old, roots[0], len(leaves), roots[1], proof[:-1])
    assert not merkle.verify_consistency(len(leaves) + 1, roots[0], len(leaves), roots[1], proof)
    assert not merkle.verify_consistency(0, roots[0], len(leaves), roots[1], proof)


def test_nonsense_is_refused_when_it_is_asked_for() -> None:
    with pytest.raises(ValueError, match="not in the tree"):
        merkle.inclusion_proof(reader(LEAVES), 8, 8)
    with pytest.raises(ValueError, match="smaller tree"):
        merkle.consistency_proof(reader(LEAVES), 0, 8)
    with pytest.raises(ValueError, match="one hash"):
        merkle.Edge(3, [b"x" * 32])
    with pytest.raises(ValueError, match="whole number"):
        merkle.Edge.from_bytes(1, b"x" * 31)
