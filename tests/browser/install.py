"""Make sure a Chromium is there for the browser tests: the system's, else apt's, else Playwright's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """The path of a Chromium on this machine, or None (Playwright then uses its own)."""
    asked = os.environ.get("RQDS_CHROMIUM")
    return asked or next((path for name in NAMES if (path := shutil.which(name))), None)


def main() -> int:
    if find_chromium():
        return 0
    root = ["sudo", "-n"] if hasattr(os, "geteuid") and os.geteuid() else []
    if shutil.which("apt-get") and (not root or shutil.which("sudo")):
        apt = [*root, "apt-get"]
        subprocess.run([*apt, "update", "-qq"], check=False)
        done = subprocess.run([*apt, "install", "-y", "-qq", "--no-install-recommends", "chromium"], check=False)
        if done.returncode == 0 and find_chromium():
            return 0
    return subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
