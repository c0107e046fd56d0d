"""The page for the security lead: made from a real stack, and looked at in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page

from operate.engine.stack import Stack
from operate.report.page import render, write_page
from sandbox.gate.faults import Fault
from tests import browser as browsers
from tests.e2e.operating import operate
from tests.e2e.pulumi_cli import SandboxStack
from tests.report_sample import sample

WIDTHS = (400, 1200)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

# Contrast of each text with what is painted behind it, by WCAG 2.2 (relative luminance); those below 4.5 are returned.
_FAINT = """
() => {
  const rgb = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = (color) => {
    const [r, g, b] = rgb(color).map((each) => each / 255)
      .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const color = getComputedStyle(each).backgroundColor;
      if (rgb(color)[3] !== 0) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const words = [...document.body.querySelectorAll("*")].filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()));
  return words.map((element) => {
    const [high, low] = [light(getComputedStyle(element).color), light(behind(element))].sort((a, b) => b - a);
    return [(high + 0.05) / (low + 0.05), element.textContent.trim().slice(0, 40)];
  }).filter(([contrast]) => contrast < 4.5);
}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if browsers.installed() is None:
        assert not browsers.required(), browsers.MISSING
        pytest.skip(browsers.MISSING)
    with browsers.browser() as running:
        yield running


def assert_looks_right(browser: Browser, file: Path) -> None:
    """Look at a page in each width, color scheme and medium."""
    backgrounds: dict[str, Any] = {}
    for scheme in SCHEMES:
        context = browser.new_context(color_scheme=scheme)
        page = context.new_page()
        messages, asked = told_of(page)
        page.goto(file.as_uri())
        backgrounds[scheme] = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        for medium in ("screen", "print"):
            page.emulate_media(media=medium)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                wide, visible = page.evaluate(
                    "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
                )
                assert wide <= visible, f"{scheme}, {medium}: {wide} px of page in {visible} px of window"
                assert cut_off(page) == [], f"{scheme}, {medium}, {width}"
            assert page.evaluate(_FAINT) == [], f"{scheme}, {medium}"
        assert messages == []
        assert asked == [file.as_uri()]
        context.close()
    assert backgrounds["light"] != backgrounds["dark"]


def told_of(page: Page) -> tuple[list[str], list[str]]:
    """Return what the page says to its console, and what it asks for, while it is looked at."""
    messages: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    return messages, asked


def cut_off(page: Page) -> list[str]:
    """Return the elements whose text does not fit into them; the padding of a broken line's code may hang over."""
    found: list[str] = page.evaluate(
        "() => [...document.querySelectorAll('main *, header *')]"
        ".filter((each) => each.clientWidth && each.scrollWidth > each.clientWidth + 6 && !each.closest('thead'))"
        ".map((each) => `${each.tagName}: ${each.textContent.trim().slice(0, 40)}`)"
    )
    return found


def test_the_hardest_page_fits_its_window_and_can_be_read_and_fetches_nothing(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(render(sample()), encoding="utf-8")
    assert_looks_right(browser, file)


@pytest.mark.parametrize(
    ("rule", "instead", "complaint"),
    [
        ("overflow-wrap: anywhere", "overflow-wrap: normal", "px of page in"),
        ("--soft: #526071", "--soft: #a8b4c2", "light, screen"),
        ("@media (prefers-color-scheme: dark)", "@media (prefers-color-scheme: sepia)", "assert"),
    ],
    ids=["long names do not break", "faint", "no dark scheme"],
)
def test_what_spoils_the_page_is_noticed(
    browser: Browser, tmp_path: Path, rule: str, instead: str, complaint: str
) -> None:
    text = render(sample())
    assert rule in text
    file = tmp_path / "report.html"
    file.write_text(text.replace(rule, instead), encoding="utf-8")
    with pytest.raises(AssertionError, match=complaint):
        assert_looks_right(browser, file)


@pytest.mark.full
def test_the_page_of_a_deployed_stack_names_all_that_was_made_and_looks_right(
    stack: SandboxStack, operated: Callable[[SandboxStack], Stack], tmp_path: Path, browser: Browser
) -> None:
    sandbox, file = stack.sandbox, tmp_path / "report.html"
    stack.configure({"createNewTrail": True})
    stack.up()
    state, outputs = stack.succeed("stack", "export"), stack.outputs()
    sandbox.trend.clear_requests()

    ended = operate(stack, "report", "--html", str(file))

    assert ended.code == 0, ended.output
    assert f"wrote {file}" in ended.output
    text = file.read_text(encoding="utf-8")
    health = outputs.pop("health")
    assert [value for value in outputs.values() if str(value) not in text] == []
    assert [subject for subject in health["checks"] if subject not in text] == []
    held = sandbox.aws("cloudformation").describe_stack_resources(StackName="CloudOne")["StackResources"]
    assert [each["PhysicalResourceId"] for each in held if each["PhysicalResourceId"] not in text] == []
    for part in (
        "arn:aws:iam::147995105371:root",
        "StringEquals sts:ExternalId = the tenant&#39;s external id",
        "workspaces:DescribeWorkspaceBundles",
        "secretsmanager:GetSecretValue",
        ":sub = urn:cloudone:identity:us-1:",
        "cloudtrail.amazonaws.com",
        "after 365 days",
        f"{outputs['trailArn']} delivers to bucket",
        "7.51.1",
        *(line.partition('": "')[2].rstrip('",') for line in state.splitlines() if '"templateDigest"' in line),
    ):
        assert part in text, part
    assert "Not readable" not in text
    assert sandbox.tenant.external_id not in text
    assert (stack.succeed("stack", "export"), sandbox.trend.requests()) == (state, [])
    assert_looks_right(browser, file)

    sandbox.aws_control.add_fault(Fault(service="iam", action="GetRole", status=403, code="AccessDenied", count=None))
    write_page(operated(stack), file)

    text = file.read_text(encoding="utf-8")
    assert text.count("Not readable") == 2, "the management role and the forwarder's"
    assert "allow the deploying identity iam:GetRole on it" in text


@pytest.mark.full
@pytest.mark.parametrize("with_trail", [False, True])
def test_the_page_of_a_stack_on_the_route_by_vision_one_names_all_that_was_made(
    stack: SandboxStack, tmp_path: Path, browser: Browser, *, with_trail: bool
) -> None:
    sandbox, file = stack.sandbox, tmp_path / "report.html"
    stack.environment["VISION_ONE_API_KEY"] = sandbox.tenant.business.full_access_key.value
    stack.configure({"route": "visionOne", **({"createNewTrail": True} if with_trail else {"cloudTrail": False})})
    stack.up()
    outputs = stack.outputs()
    sandbox.trend.clear_requests()

    ended = operate(stack, "report", "--html", str(file))

    assert ended.code == 0, ended.output
    text = file.read_text(encoding="utf-8")
    health = outputs.pop("health")
    issued = outputs.pop("visionOneKeyIssued", None)
    assert (issued is not None) is with_trail
    assert [value for value in outputs.values() if str(value) not in text] == []
    assert [subject for subject in health["checks"] if subject not in text] == []
    held = [role["RoleName"] for role in sandbox.aws("iam").list_roles()["Roles"] if "ision" in role["RoleName"]]
    assert held
    assert [name for name in held if f"role/{name}" not in text] == []
    assert ("a short-lived link of Vision One" in text) is with_trail
    for part in ("Trail and bucket", "Policy of the topic", "sns:Publish"):
        assert (part in text) is with_trail, part
    assert "Existing notifications" not in text
    assert "Cloud One" not in text
    assert "Not readable" not in text
    assert sandbox.trend.requests() == []
    assert_looks_right(browser, file)
