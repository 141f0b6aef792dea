"""Chromium without a window, driven over a pipe by the DevTools protocol: nothing beyond the browser is needed."""

import base64
import json
import os
import select
import shutil
import signal
import time

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe",
    "--force-color-profile=srgb", "--hide-scrollbars",
)  # fmt: skip
TIMEOUT_S = 120.0


class Browser:
    """One page; `events` are what it reported since it was opened."""

    def __init__(self, profile):
        to_read, to_write = os.pipe()
        from_read, from_write = os.pipe()
        actions = [(os.POSIX_SPAWN_DUP2, to_read, 3), (os.POSIX_SPAWN_DUP2, from_write, 4)]
        quiet = os.open(os.devnull, os.O_WRONLY)
        actions.append((os.POSIX_SPAWN_DUP2, quiet, 2))
        self.pid = os.posix_spawn(
            CHROMIUM, [CHROMIUM, *_FLAGS, f"--user-data-dir={profile}"], os.environ, file_actions=actions, setpgroup=0
        )
        for end in (to_read, from_write, quiet):
            os.close(end)
        self._out, self._in, self._rest, self._number = to_write, from_read, b"", 0
        self.events, self._session = [], None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def close(self):
        os.killpg(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._out)
        os.close(self._in)

    def call(self, method, **params):
        """The result of a command of the protocol."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]
            self.events.append(answer)

    def _receive(self):
        deadline = time.monotonic() + TIMEOUT_S
        while b"\0" not in self._rest:
            assert select.select([self._in], [], [], max(0.0, deadline - time.monotonic()))[0], "the browser is silent"
            self._rest += os.read(self._in, 1 << 20)
        line, _, self._rest = self._rest.partition(b"\0")
        return json.loads(line)

    def run(self, script, *values):
        """What a script returns; it finds the values in `given`, and may await."""
        source = f"(async (given) => {{ {script} }})({json.dumps(values)})"
        done = self.call("Runtime.evaluate", expression=source, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def open(self, address, *, width=1400, height=900, scheme="light", scripts=True, media=""):
        """Open a page and wait until its script is done."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.media(media, scheme)
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.call("Page.navigate", url="about:blank")
        self.events.clear()
        self.call("Page.navigate", url=address)
        deadline = time.monotonic() + TIMEOUT_S
        done = (
            "document.documentElement.dataset.ready" if scripts else "document.body && document.body.lastElementChild"
        )
        while not self.run(
            f"return location.href !== 'about:blank' && document.readyState === 'complete' && !!({done})"
        ):
            assert time.monotonic() < deadline, "the page's script did not come to its end"
            time.sleep(0.02)

    def media(self, media="", scheme="light"):
        """Show as on a screen (empty) or as on paper (`print`), in a colour scheme."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", media=media, features=features)

    def press(self, key, *, shift=False):
        """Press a key: `Tab`, `Enter`, `Escape`, `ArrowDown`."""
        code = {"Tab": 9, "Enter": 13, "Escape": 27, "ArrowDown": 40, " ": 32}[key]
        common = {"key": key, "code": key, "windowsVirtualKeyCode": code, "modifiers": 8 if shift else 0}
        text = {"Enter": "\r", " ": " "}.get(key)
        self.call("Input.dispatchKeyEvent", type="keyDown", **common, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def picture(self, *, whole=False):
        """A PNG of the screen, or of the whole page."""
        return base64.b64decode(self.call("Page.captureScreenshot", captureBeyondViewport=whole)["data"])

    def pdf(self):
        """The page printed on A4."""
        made = self.call("Page.printToPDF", printBackground=True, paperWidth=8.27, paperHeight=11.69,
                         marginTop=0.4, marginBottom=0.4, marginLeft=0.4, marginRight=0.4)  # fmt: skip
        return base64.b64decode(made["data"])
