"""The page in a real browser: what a person does with it, and what nobody can do to it."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from browser import Page
from hostile_shop import MARKUP, crowd, shop
from selenium.webdriver.common.keys import Keys

from netviz.render import RenderOptions, render


def lit(page: Page, kind: str) -> set[str]:
    """The ids of the nodes (``n``) or flows (``f``) of the picture that are not dimmed."""
    found = page.run(
        "return [...document.querySelectorAll(`#picture svg [id^=${arguments[0]}]`)]"
        ".filter((one) => /^[nf][0-9]+$/.test(one.id) && !one.classList.contains('dim'))"
        ".map((one) => one.id)",
        kind,
    )
    return set(found)


def test_nothing_is_asked_for_and_nothing_is_wrong(page: Page) -> None:
    for view in ("n", "t", "p"):
        page.press(view)
    assert [url for url in page.requests() if not url.startswith("file:")] == []
    assert page.complaints() == []


def test_search_dims_the_rest(page: Page) -> None:
    assert lit(page, "n") == {"n1", "n2", "n3", "n4", "n5"}
    page.press("/")
    page.driver.switch_to.active_element.send_keys("nginx")
    assert lit(page, "f") == {"f3"}
    assert lit(page, "n") == {"n1", "n5"}


def test_click_tells_all_of_a_node_and_lights_what_it_touches(page: Page) -> None:
    page.one("#n3 text").click()
    told = page.text("#panel")
    for word in (
        "postgres",
        "root",
        "unconfined",
        "tcp/5432 postgresql on 0.0.0.0",
        "Called by (2)",
        "EACCES",
    ):
        assert word in told
    page.run("document.querySelector('#picture svg').dispatchEvent(new Event('pointermove'))")
    assert lit(page, "f") == {"f1", "f2"}
    assert lit(page, "n") == {"n1", "n2", "n3"}
    page.press(Keys.ESCAPE)
    assert "The whole group" in page.text("#panel")


def test_click_tells_all_of_a_flow(page: Page) -> None:
    page.press("t")
    page.one("#table tbody tr:nth-child(2) td.number").click()
    told = page.text("#panel")
    assert "tcp/8000" in told
    assert "10.9.9.9:80" in told
    assert "3 both ends seen, translated" in told
    assert "10.0.0.2:40000 → 10.0.0.3:8000" in told


def test_filters(page: Page) -> None:
    page.press("t")
    assert len(page.all("#table tbody tr")) == 3
    kinds = [one.text for one in page.all("#match option")]
    assert kinds == ["all", "both ends seen, translated", "one end seen", "both ends seen"]
    assert {one.text for one in page.all("#table td:last-child")} == set(kinds[1:])
    page.choose("#match", "nat")
    assert [row.text.split()[0] for row in page.all("#table tbody tr")] == ["nginx"]
    page.one("#reset").click()
    page.one("#port").send_keys("5432")
    assert len(page.all("#table tbody tr")) == 2
    page.choose("#machine", "web")
    assert page.all("#table tbody tr") == []
    assert "No flow" in page.text("#nothing")


def test_level_is_switched_and_the_link_restores_all_of_it(
    browser: Page, page: Page, shop_file: Path
) -> None:
    page.choose("#level", "host")
    assert lit(page, "n") == {"n1", "n2", "n3"}
    page.one("#n2 text").click()
    page.one("#search").send_keys("db")
    fragment = page.run("return window.location.hash")
    browser.open(shop_file, fragment)
    assert page.one("#level").get_property("value") == "host"
    assert page.one("#search").get_property("value") == "db"
    assert page.text("#panel h2") == "db"


def test_page_opens_at_the_level_that_was_chosen_for_it(browser: Page, tmp_path: Path) -> None:
    path = tmp_path / "host.html"
    path.write_bytes(render(shop(), "html", RenderOptions(opens="host")))
    browser.open(path)
    assert browser.one("#level").get_property("value") == "host"
    browser.choose("#level", "service")
    assert lit(browser, "n") == {"n1", "n2", "n3", "n4", "n5"}


def test_one_line_of_several_flows_is_lit_by_any_of_them(browser: Page, tmp_path: Path) -> None:
    group = shop()
    first = group.flows[0]
    loops = tuple(replace(first, target=first.source, port=port) for port in (8001, 8002, 8003))
    path = tmp_path / "loops.html"
    path.write_bytes(render(replace(group, flows=(*loops, first)), "html"))
    browser.open(path)
    assert lit(browser, "f") == {"f1", "f4"}
    browser.one("#port").send_keys("8003")
    assert lit(browser, "f") == {"f1"}
    browser.one("#port").clear()
    browser.one("#port").send_keys(str(first.port))
    assert lit(browser, "f") == {"f4"}


def test_panel_of_the_group_says_why_sockets_are_unmatched(browser: Page, tmp_path: Path) -> None:
    group = shop()
    coverage = replace(group.coverage, unmatched=4, reasons={"half open": 3, "too old": 1})
    path = tmp_path / "unmatched.html"
    path.write_bytes(render(replace(group, coverage=coverage), "html"))
    browser.open(path)
    assert "half open" in browser.text("#panel")


def test_count_keeps_its_distance_from_the_name(browser: Page, tmp_path: Path) -> None:
    """Browsers leave out a blank that begins a text of an SVG."""
    group = shop()
    nodes = tuple(replace(node, pids=(1, 2)) for node in group.nodes)
    path = tmp_path / "counts.html"
    path.write_bytes(render(replace(group, nodes=nodes), "html"))
    browser.open(path)
    texts = browser.run(
        "return [...document.querySelectorAll('#picture svg text')].map((one) => one.textContent)"
    )
    assert [text for text in texts if text != text.strip(" ")] == []
    assert any(text.startswith("\N{NO-BREAK SPACE}x") for text in texts)


def test_damaged_link_shows_the_page_all_the_same(browser: Page, shop_file: Path) -> None:
    for fragment in ("#level=nothing&view=x", "#flow=[1", "#node=%00%ff", "#%", "#view=around"):
        browser.open(shop_file, fragment)
        assert browser.complaints() == []


def test_everything_is_reached_by_keys(page: Page) -> None:
    page.run("document.querySelector('#n5').focus()")
    page.driver.switch_to.active_element.send_keys(Keys.ENTER)
    assert page.text("#panel h2") == "nginx"
    page.press("n")
    assert [box.text.split("\n")[0] for box in page.all("#around .box")] == [
        "nginx root",
        "gunicorn",
    ]
    page.press("t")
    page.run("document.querySelector('#table tbody tr').focus()")
    page.driver.switch_to.active_element.send_keys(Keys.ENTER)
    assert page.text("#panel h2") == "tcp/5432 postgresql"


def test_picture_moves_and_scales(page: Page) -> None:
    def box() -> str:
        return str(page.one("#picture svg").get_dom_attribute("viewBox"))

    whole = box()
    page.press("+", Keys.ARROW_RIGHT)
    assert box() != whole
    page.press("0")
    assert box() == whole


def test_no_text_leaves_its_box_in_a_neighbourhood(browser: Page, tmp_path: Path) -> None:
    group = shop()
    nodes = tuple(
        replace(node, label="W" * 60, unit="M" * 60, pids=tuple(range(5000)), uid=0)
        for node in group.nodes
    )
    path = tmp_path / "broad.html"
    path.write_bytes(render(replace(group, nodes=nodes), "html"))
    browser.open(path)
    browser.press("t")
    browser.all("#table tbody .link")[0].click()
    browser.press("n")
    outside = browser.run(
        "return [...document.querySelectorAll('#around .box')].filter((box) => {"
        " const frame = box.querySelector('rect').getBBox();"
        " return [...box.querySelectorAll('text')].some((text) =>"
        "  text.getBBox().x + text.getBBox().width > frame.x + frame.width); }).length"
    )
    assert outside == 0
    assert len(browser.all("#around .box")) > 1


def test_neighbourhood_goes_on_step_by_step(page: Page) -> None:
    page.press("t")
    page.all("#table tbody .link")[2].click()  # gunicorn, which the second flow ends at
    nginx = [one for one in page.all("#table tbody .link") if one.text == "nginx"]
    nginx[0].click()
    page.press("n")
    assert len(page.all("#around .box")) == 2
    page.all("#around .box")[1].click()
    assert len(page.all("#around .box")) == 3


def test_dark_and_light(page: Page) -> None:
    before = page.run("return getComputedStyle(document.body).backgroundColor")
    page.one("#theme").click()
    assert page.run("return getComputedStyle(document.body).backgroundColor") != before
    page.one("#theme").click()


def test_hostile_names_are_shown_and_do_nothing(page: Page) -> None:
    page.run("window.alert = () => { document.title = 'owned' }")
    for view in ("p", "t", "n"):
        page.press(view)
        assert page.all("img") == []
    page.press("t")
    names = [link.text for link in page.all("#table tbody .link")]
    assert MARKUP in names
    next(one for one in page.all("#table tbody .link") if one.text == MARKUP).click()
    told = page.text("#panel")
    assert "\\x0a\\x1b[31m\\u{202e}gnp.exe" in told
    assert page.run("return document.title") != "owned"


def test_large_group_opens_as_a_table_soon(browser: Page, tmp_path: Path) -> None:
    path = tmp_path / "large.html"
    path.write_bytes(render(crowd(500, 5000, 20000), "html"))
    started = time.monotonic()
    browser.open(path)
    print(f"opened in {time.monotonic() - started:.2f} s")
    assert browser.one("#view").get_property("value") == "table"
    assert len(browser.all("#table tbody tr")) == 200
    assert browser.text("#table .undrawn") == (
        "No picture of this level: there is too much in it to be drawn."
    )
    browser.one("#search").send_keys("service00042")
    assert 0 < len(browser.all("#table tbody tr")) < 20
    browser.all("#table tbody .link")[0].click()
    browser.press("n")
    assert len(browser.all("#around .box")) > 1
    assert browser.complaints() == []
