"""The language data of Tesseract: unpacked once, at set-up or at first use, beside the packages.

npm brings it by lock file (`@tesseract.js-data/*`, Apache-2.0); Tesseract
wants it unpacked. `python -m archive.reading.language_data` is the step of
the set-up.
"""

import gzip
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

LANGUAGES: Final = ("dan", "nor", "eng")
KIND: Final = "4.0.0_best_int"


class LanguageDataMissing(Exception):
    """There is neither unpacked language data nor a package to unpack it from."""

    code = "language_data_missing"


def folder() -> Path:
    """Return where the unpacked data lies: in the environment that runs us."""
    return Path(sys.prefix) / "share" / "tessdata"


def is_ready() -> bool:
    """Whether every language is unpacked."""
    return all((folder() / f"{language}.traineddata").is_file() for language in LANGUAGES)


def unpack(packages: Path | None = None, *, anew: bool = False) -> Path:
    """Unpack what is not there yet, each file at once or not at all; return the folder.

    `anew` unpacks everything, as the set-up does after the packages changed.

    Raises:
        LanguageDataMissing: the packages are not installed, or the folder cannot be written.
    """
    packages = packages or Path(__file__).parents[2] / "node_modules" / "@tesseract.js-data"
    target = folder()
    try:
        target.mkdir(parents=True, exist_ok=True)
        for language in LANGUAGES:
            whole = target / f"{language}.traineddata"
            if whole.is_file() and not anew:
                continue
            packed = packages / language / KIND / f"{language}.traineddata.gz"
            number, name = tempfile.mkstemp(dir=target, prefix=f".{language}-")
            try:
                with gzip.open(packed) as source, os.fdopen(number, "wb") as out:
                    shutil.copyfileobj(source, out)
                Path(name).chmod(0o644)
                Path(name).rename(whole)
            finally:
                Path(name).unlink(missing_ok=True)
    except (OSError, EOFError) as error:
        raise LanguageDataMissing(str(packages)) from error
    return target


if __name__ == "__main__":
    unpack(anew=True)
