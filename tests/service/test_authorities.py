"""How a municipality writes down its time-stamp authorities."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from service.authorities import Authority, is_address
from service.settings import Settings
from tests.archive.authority import issue


def test_one_line_names_several_authorities_each_with_its_certificates() -> None:
    written = "https://a.example/tsr?x=1 /etc/a.pem, http://b.example/ b.pem c.pem sha512 1.2.3"

    assert Settings(tsa=written).tsa == (  # type: ignore[arg-type]  # as the environment gives it
        Authority(url="https://a.example/tsr?x=1", certificates=(Path("/etc/a.pem"),)),
        Authority(
            url="http://b.example/",
            certificates=(Path("b.pem"), Path("c.pem")),
            policy="1.2.3",
            digest="sha512",
        ),
    )


def test_the_environment_is_read_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAERN_TSA", "https://a.example/tsr|/etc/a.pem")
    monkeypatch.setenv("VAERN_WITNESSES", "one@witness.example, two@witness.example")

    settings = Settings()

    assert [str(one) for one in settings.tsa] == ["https://a.example/tsr /etc/a.pem"]
    assert settings.witnesses == ("one@witness.example", "two@witness.example")


def test_a_list_of_tables_is_taken_too() -> None:
    written = '[{"url": "https://a.example", "certificates": "with a space.pem"}]'

    assert Settings(tsa=written).tsa[0].certificates == (Path("with a space.pem"),)  # type: ignore[arg-type]  # as above


@pytest.mark.parametrize(
    "written",
    [
        "/etc/a.pem https://a.example",
        "https://a.example",
        "ftp://a.example /etc/a.pem",
        "https://user:secret@a.example /etc/a.pem",
        "[{]",
    ],
)
def test_what_cannot_be_asked_or_is_not_pinned_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        Settings(tsa=written)  # type: ignore[arg-type]  # as the environment gives it


def test_pins_are_read_from_every_file(tmp_path: Path) -> None:
    one, two = issue("One", is_ca=True), issue("Two", is_ca=True)
    (tmp_path / "a.pem").write_text(f"Some words\r\n{one.pem}{two.pem}", "ascii")
    (tmp_path / "b.pem").write_text(two.pem, "ascii")
    files = (tmp_path / "a.pem", tmp_path / "b.pem")

    assert Authority(url="https://a.example", certificates=files).pins() == (one.pem, two.pem)


def test_a_file_without_a_certificate_is_no_pin(tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_text("nothing", "ascii")

    with pytest.raises(ValueError, match="no certificate"):
        Authority(url="https://a.example", certificates=(tmp_path / "a.pem",)).pins()


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://authority.example/tsr", True),
        ("http://authority.example:3180/?a=b", True),
        ("http://[::1]:80/", True),
        ("ftp://authority.example/", False),
        ("https://", False),
        ("https://us:secret@authority.example/", False),
        ("https://authority.example:99999/", False),
        ("https://authority.example/a b", False),
        ("https://authority.example/\r\nHost: x", False),
    ],
)
def test_only_plain_addresses_are_asked(url: str, good: bool) -> None:  # noqa: FBT001 — a column of the table above
    assert is_address(url) is good


def test_the_proxys_password_is_not_printed_and_its_address_is_plain() -> None:
    proxy = "http://us:secret@proxy.example:3128"

    assert "secret" not in str(Settings(outgoing_proxy=proxy).outgoing_proxy)  # type: ignore[arg-type]  # as the environment gives it
    with pytest.raises(ValidationError):
        Settings(outgoing_proxy="https://proxy.example")  # type: ignore[arg-type]  # as above
