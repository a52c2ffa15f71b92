"""What only an administrator can add: system packages, installed when we are root."""

import functools
import os
import shutil

from bootstrap import aptconf
from bootstrap.shell import is_root, run, say

BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
CJK_FONTS = "fonts-noto-cjk"


@functools.cache
def refresh():
    """Read the package lists once per run; a new machine has none."""
    return run(["apt-get", "update", "-q"], timeout=300).returncode == 0


def install(packages):
    """Install system packages; tell whether it worked. Does nothing unless root."""
    if not is_root() or not shutil.which("apt-get"):
        return False
    say(f"Installing {', '.join(packages)} (apt-get)")
    env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    refresh()
    return run(command, env=env, timeout=900).returncode == 0


def browser():
    """The path of a Chromium or Chrome under a name Odoo looks for."""
    for name in BROWSERS:
        path = shutil.which(name)
        if path and run([path, "--version"], timeout=30).returncode == 0:
            return path
    return None


def ensure_browser():
    """A browser for the tests, installed when we may; None, said loudly, if none."""
    found = browser()
    if found:
        return found
    # Ubuntu's chromium package only fetches a snap, which does not run headless here.
    if aptconf.os_release().get("ID") != "ubuntu" and install(["chromium"]):
        found = browser()
    if not found:
        say("NO BROWSER: browser tests will be SKIPPED (install chromium as root)")
    return found


def has_cjk_fonts():
    """Tell whether Chinese and Japanese pages can be drawn."""
    done = run(["fc-list", ":lang=ja", "family"])
    return done.returncode == 0 and bool(done.stdout.strip())


def ensure_fonts():
    """Fonts for Chinese and Japanese screenshots: nice to have, so only when root."""
    if is_root() and not has_cjk_fonts():
        install([CJK_FONTS])
