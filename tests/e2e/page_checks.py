# SPDX-License-Identifier: Apache-2.0
"""page_checks.py PAGE.html INFO.json PICTURE.png: drives an exported page as its reader would."""
import json
import pathlib
import sys

from browser import Browser

page = pathlib.Path(sys.argv[1]).resolve()
info = json.loads(pathlib.Path(sys.argv[2]).read_text(encoding="utf-8"))
tasks = info["tasks"]
browser = Browser()


def text(name):
    return browser.run("return document.getElementById(arguments[0]).textContent", name)


def settled():
    browser.wait("return !page.wished", "the page comes to rest")


def figure(name):
    return int(browser.run("return document.getElementById('figure-' + arguments[0])"
                           ".firstChild.textContent", name).replace(",", ""))


def place_of(task):
    """Where a task's bar has its middle, in the window."""
    return browser.run("""
        const i = page.model.byId.get(arguments[0]), s = page.model.session;
        const box = document.getElementById('timeline').getBoundingClientRect();
        for (let y = 0; y < box.height; ++y) {
          const row = page.picture.rowAt(y);
          if (row && row.lane === s.worker[i]) {
            return {x: box.x + page.picture.x((s.started[i] + s.finished[i]) / 2),
                    y: box.y + y + row.height / 2};
          }
        }""", task)


def span():
    view = browser.run("return [page.view.begin, page.view.end]")
    return view[1] - view[0]


try:
    browser.open(page.as_uri())
    browser.wait("return globalThis.page", "the session is unpacked")
    settled()
    # Pictures come as late as on a slow machine: a check that reads before one fails everywhere.
    # Their time is their own, 10 ms each: a replay is not at its end because the machine is slow.
    browser.run("""
        const soon = requestAnimationFrame;
        let wall = performance.now();
        globalThis.requestAnimationFrame = (f) => setTimeout(() => soon(() => f(wall += 10)), 60);""")

    # The figures are those of info.
    assert text("title") == info["scenario"], text("title")
    assert figure("finished") == tasks["finished"], figure("finished")
    assert figure("failed") == tasks["failed"]
    assert figure("max_workers") == info["max_workers"]
    rows = browser.run("return [...document.querySelectorAll('#workers tbody tr')].map("
                       "(row) => row.cells[1].textContent)")
    assert len(rows) == info["peak_workers"] and sum(map(int, rows)) == tasks["finished"], rows
    seconds = browser.run("return page.end / 1e9")
    assert abs(seconds - info["duration"]) < 1e-6, seconds
    wait = browser.run("return page.model.figures(0, page.end, page.end)")
    assert abs(wait["p50"] / 1e9 - info["queue_wait"]["p50"]) < 1e-9, wait["p50"]

    # A bar can be pointed at, and has been painted.
    at = place_of(5)
    browser.move(at["x"], at["y"])
    browser.wait("return !document.getElementById('tip').hidden", "the task is told of")
    assert "5" in text("tip") and "worker" in text("tip"), text("tip")
    painted = browser.run("""
        const canvas = document.getElementById('timeline');
        const box = canvas.getBoundingClientRect();
        const at = (x, y) => [...canvas.getContext('2d').getImageData(x - box.x, y - box.y, 1, 1)
          .data].join();
        return [at(arguments[0], arguments[1] + 9), at(box.right - 3, arguments[1] + 9)];""",
                          at["x"], at["y"])
    assert painted[0] != painted[1], painted
    browser.click(at["x"], at["y"])
    settled()
    assert text("taskTitle").endswith(" 5"), text("taskTitle")

    # The wheel zooms at the cursor.
    before, words = span(), text("range")
    under = browser.run("return page.timeAt(arguments[0] - document.getElementById('timeline')"
                        ".getBoundingClientRect().x)", at["x"])
    browser.wheel(at["x"], at["y"], -400)
    browser.wait(f"return page.view.end - page.view.begin < {before} * 0.6", "it zooms in")
    settled()
    assert text("range") != words
    still = browser.run("return page.timeAt(arguments[0] - document.getElementById('timeline')"
                        ".getBoundingClientRect().x)", at["x"])
    assert abs(still - under) < before / 500, (still, under)
    assert figure("finished") < tasks["finished"]

    # Dragging pans.
    begin, before = browser.run("return page.view.begin"), span()
    browser.drag(at["x"] + 220, at["y"], at["x"] + 20, at["y"])
    settled()
    moved = browser.run("return page.view.begin") - begin
    assert moved > 0 and abs(span() - before) < 1, moved
    browser.run("document.getElementById('fit').click()")
    settled()

    # Playing: nothing after its moment is shown.
    browser.run("document.getElementById('speed').value = '0.1'")
    browser.run("document.getElementById('play').click()")
    browser.wait("return page.now > 0 && page.now < page.end", "time goes on")
    first = text("clock")
    browser.wait(f"return document.getElementById('clock').textContent !== '{first}'", "and on")
    browser.run("document.getElementById('play').click()")
    settled()
    assert text("play") == "Play"
    assert figure("finished") < tasks["finished"]
    stands = text("clock")
    settled()
    assert text("clock") == stands
    assert browser.run("return page.taskAt(page.picture.x(page.now) + 40,"
                       " page.picture.height() - 12)") == -1

    # By keyboard alone.
    browser.run("document.getElementById('timeline').focus()")
    browser.key("\ue010")  # End
    settled()
    assert figure("finished") == tasks["finished"]
    selected = text("taskTitle")
    browser.key("\ue014")  # right
    settled()
    assert text("taskTitle") != selected, selected
    before = span()
    browser.key("w")
    settled()
    assert span() < before
    browser.key("f")
    settled()
    at = place_of(5)
    browser.move(at["x"], at["y"])
    browser.wait("return !document.getElementById('tip').hidden", "the task is told of again")
    browser.key("\ue011")  # Home
    settled()
    assert figure("finished") == 0
    assert browser.run("return document.getElementById('tip').hidden"), "a tip tells of later"
    browser.key(".")
    settled()
    assert browser.run("return page.now") >= 0
    browser.key(" ")
    browser.wait("return page.playing", "Space plays")
    browser.key(" ")
    browser.run("document.getElementById('position').focus()")
    browser.key("\ue010")
    browser.wait("return page.now >= page.end * 0.999", "the slider's own keys work")
    settled()  # the name and the figures follow with the next picture

    # What assistive technology reads.
    nameless = browser.run("""
        return [...document.querySelectorAll('button, select, input, canvas, table')].filter(
          (e) => !(e.getAttribute('aria-label') || e.textContent.trim() || e.closest('label') ||
                   e.getAttribute('aria-hidden'))).map((e) => e.id);""")
    assert nameless == [], nameless
    label = browser.run("return document.getElementById('timeline').getAttribute('aria-label')")
    assert f"{tasks['finished']} tasks finished" in label, label
    assert browser.run("return document.getElementById('task').getAttribute('aria-live')")

    # Other colours, and no trouble and no network in all that time.
    ground = "return getComputedStyle(document.body).backgroundColor"
    colour = browser.run(ground)
    browser.run("document.getElementById('theme').click()")
    settled()
    assert browser.run(ground) != colour
    browser.screenshot(sys.argv[3])
    # That the test itself reads pixels back is remarked on.
    said = [entry for entry in browser.log("browser") if "willReadFrequently" not in
            entry["message"]]
    assert said == [], said
    for entry in browser.log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            url = message["params"]["request"]["url"]
            assert url == page.as_uri() or not url.startswith("http"), url
    assert browser.run("return document.getElementById('trouble').hidden")
finally:
    browser.close()
