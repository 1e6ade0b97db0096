"""A headless Chromium for tests, spoken to over the DevTools protocol's pipe: no package, no port, no network.

`--remote-debugging-pipe` reads JSON from file descriptor 3 and writes it to 4, each message ended by a zero byte.
"""

import base64
import fcntl
import json
import os
import select
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--remote-debugging-pipe",
)
LOCAL = ("file:", "data:", "blob:", "about:")


def chromium() -> str | None:
    """Return where a Chromium is, or None."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Tab:
    """One page: what it said, what it asked for, and what stands in it."""

    def __init__(self, to: int, of: int) -> None:
        self.to, self.of = to, of
        self.rest, self.number, self.session = b"", 0, None
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.loaded = False
        self.frames: dict[str, int] = {}
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> Any:
        """Send one command and return its result; events on the way are noted."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next(60)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def open(self, path: Path | str, width: int = 1280, height: int = 900) -> float:
        """Open a file (or an address) and return the seconds until it had loaded and drawn."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.loaded, began = False, time.monotonic()
        self.call("Page.navigate", url=Path(path).resolve().as_uri() if isinstance(path, Path) else path)
        while not self.loaded:
            self._next(60)
        self.run("new Promise(done => requestAnimationFrame(() => setTimeout(done, 0)))")
        return time.monotonic() - began

    def run(self, script: str, inside: str = "") -> Any:
        """Return the value of an expression in the page, or in one of its frames; promises are waited for."""
        where = {"contextId": self.frames[inside]} if inside else {}
        found = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, **where)
        if "exceptionDetails" in found:
            raise AssertionError(f"{script}: {found['exceptionDetails']}")
        return found["result"].get("value")

    def frame(self, start: str, seconds: float = 20) -> str:
        """Wait for a frame whose address begins so, and return its number, to be passed as `inside`."""
        until = time.monotonic() + seconds
        while True:
            frames = self.call("Page.getFrameTree")["frameTree"].get("childFrames", [])
            found = [each["frame"]["id"] for each in frames if each["frame"]["url"].startswith(start)]
            if found and found[0] in self.frames:
                return found[0]
            if time.monotonic() > until:
                raise AssertionError(f"no frame with {start} within {seconds} s")
            time.sleep(0.05)

    def wait(self, script: str, seconds: float = 20, inside: str = "") -> Any:
        """Ask until the expression is true, and return it."""
        until = time.monotonic() + seconds
        while not (found := self.run(script, inside)):
            if time.monotonic() > until:
                raise AssertionError(f"not within {seconds} s: {script}")
            time.sleep(0.05)
        return found

    def picture(self, path: Path, whole: bool = False) -> None:
        """Save a screenshot, of what is seen or of the whole page."""
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))

    @property
    def outside(self) -> list[str]:
        """Requests that would have left the machine."""
        return [each for each in self.requests if not each.startswith(LOCAL)]

    def _next(self, seconds: float) -> dict[str, Any]:
        until = time.monotonic() + seconds
        while b"\0" not in self.rest:
            if not select.select([self.of], [], [], max(0, until - time.monotonic()))[0]:
                raise AssertionError("the browser does not answer")
            read = os.read(self.of, 1 << 20)
            if not read:
                raise AssertionError("the browser has ended")
            self.rest += read
        one, self.rest = self.rest.split(b"\0", 1)
        message: dict[str, Any] = json.loads(one)
        self._note(message.get("method", ""), message.get("params", {}))
        return message

    def _note(self, event: str, told: dict[str, Any]) -> None:
        if event == "Page.loadEventFired":
            self.loaded = True
        elif event == "Network.requestWillBeSent":
            self.requests.append(told["request"]["url"])
        elif event == "Runtime.executionContextCreated":
            context = told["context"]
            if context.get("auxData", {}).get("isDefault"):
                self.frames[context["auxData"]["frameId"]] = context["id"]
        elif event == "Runtime.exceptionThrown":
            details = told["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description") or details["text"])
        elif event == "Runtime.consoleAPICalled" and told["type"] in ("error", "assert"):
            self.errors.append(" ".join(str(each.get("value", each.get("description"))) for each in told["args"]))
        elif event == "Log.entryAdded" and told["entry"]["level"] == "error":
            self.errors.append(f"{told['entry']['text']} {told['entry'].get('url', '')}")


@contextmanager
def tab(profile: Path) -> Iterator[Tab]:
    """Start a browser with a profile of its own; it ends with the block."""
    (its_in, to), (of, its_out) = os.pipe(), os.pipe()
    high_in, high_out = (fcntl.fcntl(end, fcntl.F_DUPFD, 20) for end in (its_in, its_out))  # out of the way of 3 and 4
    quiet = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)]
    ends = [(os.POSIX_SPAWN_DUP2, high_in, 3), (os.POSIX_SPAWN_DUP2, high_out, 4)]
    command = [str(chromium()), *FLAGS, f"--user-data-dir={profile}", "about:blank"]
    process = os.posix_spawn(command[0], command, os.environ, file_actions=[*quiet, *ends])
    for end in (its_in, its_out, high_in, high_out):
        os.close(end)
    try:
        yield Tab(to, of)
    finally:
        os.kill(process, signal.SIGTERM)
        os.waitpid(process, 0)
        os.close(to)
        os.close(of)
