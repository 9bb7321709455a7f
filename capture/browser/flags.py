"""The browser's flags: part of the guard, each with its reason (DESIGN §3.7)."""

from __future__ import annotations

# Playwright's own defaults that loosen what we want tight.
DEFAULTS_LEFT_OUT = ("--disable-popup-blocking", "--unsafely-disable-devtools-self-xss-warnings")


def browser_flags(proxy_port: int) -> list[str]:
    """Flags for a visit whose only way out is the proxy at a loopback port.

    Without the first two, Chromium reaches loopback past the proxy; without the
    next two, WebRTC sends UDP past it. All of it was measured: Chromium takes the
    one name of that policy, its headless shell the other, and each ignores its
    fellow's.
    """
    return [
        f"--proxy-server=http://127.0.0.1:{proxy_port}",
        "--proxy-bypass-list=<-loopback>",
        "--webrtc-ip-handling-policy=disable_non_proxied_udp",
        "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
        "--disable-quic",  # UDP past the proxy
        # The browser itself looks nothing up: names go to the proxy as names.
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        "--dns-prefetch-disable",
        "--no-pings",  # <a ping> reports
        "--disable-domain-reliability",  # reports about errors to Google's own sites
        "--disable-client-side-phishing-detection",
        "--block-new-web-contents",  # window.open gives nothing
        "--deny-permission-prompts",
        "--disable-notifications",
        "--disable-speech-api",
        "--disable-file-system",
        f"--disk-cache-size={64 * 2**20}",  # it lies in memory
        "--disable-gpu",  # software drawing: the same pixels on every machine
        "--force-device-scale-factor=1",
        "--hide-scrollbars",
    ]
