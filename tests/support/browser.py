"""A real Chromium, driven as a person would: look, click, type.

It speaks the browser's own DevTools protocol, so that nothing but the browser and a
websocket is needed. Clicks and keys are real input events: what is covered, hidden or
disabled cannot be used here either.
"""

import base64
import json
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import websocket

from bootstrap import machine
from bootstrap.shell import is_root

#: Finds the first visible element of a selector that shows a text.
FIND = """
(selector, text) => [...document.querySelectorAll(selector)].filter(
    (element) => element.getClientRects().length
        && getComputedStyle(element).visibility !== "hidden"
        && (element.innerText || element.value || "").includes(text)
)[0]
"""

#: The keys held down, as the DevTools protocol counts them.
MODIFIERS = {"Alt": 1, "Control": 2, "Meta": 4, "Shift": 8}


class Page:
    """One tab; ``size`` is that of its window in CSS pixels."""

    def __init__(self, browser, session, pictures):
        self.browser = browser
        self.session = session
        self.pictures = pictures
        self.count = 0
        for domain in ("Page", "Runtime", "Network"):
            self.send(f"{domain}.enable")

    def send(self, method, **params):
        return self.browser.send(method, self.session, **params)

    def resize(self, width, height, mobile=False):
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=mobile,
        )

    def evaluate(self, expression):
        answer = self.send(
            "Runtime.evaluate",
            expression=expression,
            returnByValue=True,
            awaitPromise=True,
        )
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def open(self, url):
        self.send("Page.navigate", url=url)
        self.wait("document.readyState === 'complete'", "the page did not load")

    def wait(self, expression, what, seconds=90):
        """Wait until an expression is true on the page, and return its value."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                value = self.evaluate(f"(() => {expression})()")
            except AssertionError:
                # the page is just being replaced
                value = None
            if value:
                return value
            time.sleep(0.1)
        self.picture("failure")
        shown = self.evaluate("document.body.innerText.slice(0, 3000)")
        raise AssertionError(f"{what}; the page shows:\n{shown}")

    def see(self, text, selector="body", seconds=90):
        """Wait until a visible element shows a text."""
        arguments = f"{json.dumps(selector)}, {json.dumps(text)}"
        self.wait(f"!!({FIND})({arguments})", f"“{text}” is not shown", seconds)

    def is_shown(self, selector, text=""):
        arguments = f"{json.dumps(selector)}, {json.dumps(text)}"
        return self.evaluate(f"!!({FIND})({arguments})")

    def text(self, selector="body"):
        return self.evaluate(
            f"document.querySelector({json.dumps(selector)}).innerText"
        )

    def find_spot(self, selector, text=""):
        """The middle of the first visible element that shows a text.

        It must lie on top there, and have stopped moving.
        """
        arguments = f"{json.dumps(selector)}, {json.dumps(text)}"
        return self.wait(
            f"""{{
                const element = ({FIND})({arguments});
                if (!element || element.disabled) return null;
                element.scrollIntoView({{block: "center", inline: "center"}});
                const box = element.getClientRects()[0];
                const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
                const before = element.dataset.testSpot;
                element.dataset.testSpot = [x, y];
                const top = document.elementFromPoint(x, y);
                const mine = element.contains(top)
                    || element.closest("label")?.contains(top);
                return before === String([x, y]) && mine ? [x, y] : null;
            }}""",
            f"“{selector} {text}” cannot be clicked",
        )

    def click(self, selector, text=""):
        """Click in the middle of the first visible element that shows a text."""
        spot = self.find_spot(selector, text)
        for kind in ("mousePressed", "mouseReleased"):
            self.send(
                "Input.dispatchMouseEvent",
                type=kind,
                x=spot[0],
                y=spot[1],
                button="left",
                clickCount=1,
            )

    def type(self, selector, text):
        """Click into a field and type over what it holds."""
        self.click(selector)
        self.evaluate(
            "document.activeElement.select && document.activeElement.select()"
        )
        self.send("Input.insertText", text=text)

    def press(self, key):
        """Press a key, such as ``n``, ``Enter`` or ``Control+Enter``."""
        *held, key = key.split("+")
        modifiers = sum(MODIFIERS[name] for name in held)
        known = {
            "key": key,
            "code": f"Key{key.upper()}" if len(key) == 1 and key.isalpha() else key,
            "modifiers": modifiers,
        }
        if key.isdigit():
            known["code"] = f"Digit{key}"
        if not modifiers and (len(key) == 1 or key == "Enter"):
            known["text"] = "\r" if key == "Enter" else key
        for kind in ("keyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, **known)

    def write(self, text):
        """Type into what has the focus."""
        self.send("Input.insertText", text=text)

    def go_offline(self, is_offline=True):
        """Pull the plug, or put it in again."""
        self.send(
            "Network.emulateNetworkConditions",
            offline=is_offline,
            latency=0,
            downloadThroughput=-1,
            uploadThroughput=-1,
        )

    def tap(self, selector, text=""):
        """Touch the middle of the first visible element that shows a text."""
        x, y = self.find_spot(selector, text)
        self.send(
            "Input.dispatchTouchEvent",
            type="touchStart",
            touchPoints=[{"x": x, "y": y}],
        )
        self.send("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def picture(self, name):
        """Keep a picture of what a person would see now."""
        self.count += 1
        # let transitions come to their end
        time.sleep(0.5)
        answer = self.send("Page.captureScreenshot", format="png")
        path = self.pictures / f"{self.count:02}-{name}.png"
        path.write_bytes(base64.b64decode(answer["data"]))


class Browser:
    """A headless Chromium; each page has cookies of its own, like another person."""

    def __init__(self, pictures):
        self.pictures = pictures
        self.problems = []
        self._last = 0
        self._folder = tempfile.mkdtemp(prefix="crl-browser-")
        options = [
            "--headless=new",
            "--remote-debugging-port=0",
            f"--user-data-dir={self._folder}",
            "--no-first-run",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-extensions",
            "--disable-background-networking",
            "--disable-component-update",
            "--lang=en-US",
            "--remote-allow-origins=*",
        ]
        if is_root():
            options.append("--no-sandbox")
        self._process = subprocess.Popen(
            [machine.browser(), *options, "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._socket = websocket.create_connection(
            self._address(), timeout=180, suppress_origin=True
        )

    def _address(self):
        path = Path(self._folder, "DevToolsActivePort")
        end = time.monotonic() + 120
        while time.monotonic() < end:
            lines = path.read_text().split() if path.exists() else []
            if len(lines) == 2:
                return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
            time.sleep(0.1)
        raise AssertionError("Chromium did not start")

    def send(self, method, session=None, **params):
        """Send a command and return its answer; note the events on the way."""
        self._last += 1
        message = {"id": self._last, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        self._socket.send(json.dumps(message))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == self._last:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self._note(answer.get("method"), answer.get("params", {}))

    def _note(self, event, params):
        """Keep what a developer would see in red in the console."""
        if event == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            error = details.get("exception", {}).get("description")
            self.problems.append(error or details["text"])
        elif event == "Runtime.consoleAPICalled" and params["type"] == "error":
            values = [
                arg.get("value") or arg.get("description") for arg in params["args"]
            ]
            self.problems.append(" ".join(map(str, values)))
        elif event == "Network.responseReceived":
            response = params["response"]
            if response["status"] >= 500:
                self.problems.append(f"{response['status']} {response['url']}")

    def page(self, name, width=1366, height=900, mobile=False, tz="UTC"):
        """A tab with cookies of its own, as if on a machine in that time zone."""
        context = self.send("Target.createBrowserContext")["browserContextId"]
        target = self.send(
            "Target.createTarget", url="about:blank", browserContextId=context
        )["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)
        folder = self.pictures / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        page = Page(self, session["sessionId"], folder)
        page.resize(width, height, mobile)
        page.send("Emulation.setTimezoneOverride", timezoneId=tz)
        return page

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self._socket.close()
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
        shutil.rmtree(self._folder, ignore_errors=True)
