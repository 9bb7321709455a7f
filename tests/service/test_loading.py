"""What a service that has just been started holds in memory, and what it leaves for later."""

import json
import subprocess
import sys

LATER = {
    "fido2",
    "pi_heif",
    "pyotp",
    "pypdfium2",
    "rfc3161_client",
    "segno",
    "simplemma",
    "tesserocr",
    "typst",
}
"""Libraries of the confined child, of the press, and of what many a service never does."""

_LOADED = "import json, sys; import service.serving; print(json.dumps(sorted(sys.modules)))"


def test_a_service_that_waits_has_loaded_nothing_that_only_others_need() -> None:
    asked = subprocess.run(
        [sys.executable, "-c", _LOADED], capture_output=True, timeout=120, check=True
    )

    loaded = {name.partition(".")[0] for name in json.loads(asked.stdout)}
    assert "sqlalchemy" in loaded
    assert not loaded & LATER
