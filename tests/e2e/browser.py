# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium, driven by the WebDriver protocol (W3C) through chromedriver."""
import base64
import json
import re
import subprocess
import urllib.request


class Browser:
    def __init__(self, width=1280, height=900, dark=False):
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE,
                                       stderr=subprocess.STDOUT, text=True)
        for line in self.driver.stdout:
            found = re.search(r"successfully on port (\d+)", line)
            if found:
                self.root = f"http://127.0.0.1:{found.group(1)}"
                break
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                     "--disable-dev-shm-usage", f"--window-size={width},{height}",
                     "--force-device-scale-factor=1"]
        if dark:
            arguments.append("--force-dark-mode")
            arguments.append("--blink-settings=preferredColorScheme=0")
        answer = self.call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
            "goog:chromeOptions": {"args": arguments}}}})
        self.session = f"/session/{answer['sessionId']}"

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.root + path, data, method=method,
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return json.load(response)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)["value"]["message"]) from None

    def open(self, url):
        self.call("POST", self.session + "/url", {"url": url})

    def run(self, script, *arguments):
        return self.call("POST", self.session + "/execute/sync",
                         {"script": script, "args": list(arguments)})

    def wait(self, script, what, seconds=20):
        """Until the script says something true; the page's own clock decides, no sleep here."""
        done = self.call("POST", self.session + "/execute/async", {"args": [seconds * 1000],
                         "script": """
            const [limit, done] = arguments;
            const begin = performance.now();
            const look = () => {
              const value = (() => { %s })();
              if (value || performance.now() - begin > limit) done(value);
              else requestAnimationFrame(look);
            };
            look();""" % script})
        assert done, what
        return done

    def actions(self, *sources):
        self.call("POST", self.session + "/actions", {"actions": list(sources)})

    def move(self, x, y, *more):
        self.actions({"type": "pointer", "id": "mouse", "actions": [
            {"type": "pointerMove", "duration": 0, "x": round(x), "y": round(y)}, *more]})

    def click(self, x, y):
        self.move(x, y, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0})

    def drag(self, x, y, to_x, to_y):
        self.move(x, y, {"type": "pointerDown", "button": 0},
                  {"type": "pointerMove", "duration": 50, "x": round(to_x), "y": round(to_y)},
                  {"type": "pointerUp", "button": 0})

    def wheel(self, x, y, delta):
        self.actions({"type": "wheel", "id": "wheel", "actions": [
            {"type": "scroll", "x": round(x), "y": round(y), "deltaX": 0, "deltaY": delta,
             "duration": 0}]})

    def key(self, key):
        self.actions({"type": "key", "id": "keys", "actions": [
            {"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]})

    def log(self, kind):
        return self.call("POST", self.session + "/se/log", {"type": kind})

    def screenshot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("GET", self.session + "/screenshot")))

    def close(self):
        try:
            self.call("DELETE", self.session)
        finally:
            self.driver.terminate()
            self.driver.wait()
