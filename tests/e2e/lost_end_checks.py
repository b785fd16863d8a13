# SPDX-License-Identifier: Apache-2.0
"""lost_end_checks.py PAGE.html: of two tasks one ended, and the end of the other was lost."""
import pathlib
import sys

from browser import Browser

browser = Browser()
try:
    browser.open(pathlib.Path(sys.argv[1]).resolve().as_uri())
    browser.wait("return globalThis.page", "the session is unpacked")
    figures = browser.run("return page.model.figures(0, page.end, page.end)")
    assert figures["finished"] == 1, figures
    assert browser.run("return page.model.finishedTimes.length") == 1
    words = browser.run("""
        const element = document.createElement("div");
        element.append(...page.describe(page.model.byId.get(arguments[0])));
        return element.textContent;""", 1)
    assert "its end was lost" in words and "finished" not in words, words
    assert "ran at most" in words, words
    words = browser.run("""
        const element = document.createElement("div");
        element.append(...page.describe(page.model.byId.get(arguments[0])));
        return element.textContent;""", 2)
    assert "finished" in words and "lost" not in words, words
finally:
    browser.close()
