"""Random bytes by the block: each byte is handed out once, to one thread of one process."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

from archive.chance import BLOCK, random_bytes, random_hex, random_id


def test_no_byte_is_handed_out_twice_however_many_ask_at_once() -> None:
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: random_bytes(16), range(4000)))

    assert {len(one) for one in taken} == {16}
    assert len(set(taken)) == len(taken)


def test_more_than_a_block_is_handed_out_whole() -> None:
    size = 3 * BLOCK + 1
    first, second = random_bytes(size), random_bytes(size)

    assert (len(first), len(second)) == (size, size)
    assert first[:BLOCK] != second[:BLOCK]
    assert len({first[start : start + 8] for start in range(0, size - 8, 8)}) == size // 8


def test_what_a_block_has_left_is_never_too_little() -> None:
    assert {len(random_bytes(BLOCK // 2 + 1)) for _ in range(5)} == {BLOCK // 2 + 1}


def test_a_forked_child_is_given_other_bytes_than_its_parent() -> None:
    random_bytes(1)  # a block stands that both might go on with
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, random_bytes(32))
        os._exit(0)
    os.close(write)
    told = os.read(read, 64)
    os.close(read)
    assert os.waitpid(child, 0)[1] == 0

    assert len(told) == 32
    assert told != random_bytes(32)


def test_ids_and_names_are_of_the_forms_that_others_know() -> None:
    found = random_id()

    assert (found.version, found.variant) == (4, "specified in RFC 4122")
    assert bytes.fromhex(random_hex(16)) != bytes.fromhex(random_hex(16))
    assert len(random_hex(16)) == 32
