"""What a person who does not see the page, or sees it badly, needs of it: looked for in a browser."""

from dataclasses import dataclass

from playwright.sync_api import Page

# Counts every element it looks at and names each fault; colours are read as the browser paints them.
LOOK = """() => {
  const faults = [];
  let checks = 0;
  const check = (good, what, element) => {
    checks += 1;
    if (!good) {
      const text = element ? element.outerHTML.slice(0, 160).replace(/\\s+/g, " ") : "";
      faults.push(`${what}: ${text}`);
    }
  };
  const all = (selector) => [...(document.querySelector("main") || document).querySelectorAll(selector)];
  const shown = (element) => element.checkVisibility({ visibilityProperty: true });
  const named = (element) =>
    (element.getAttribute("aria-label") || element.textContent || element.title || "").trim() !== "";

  check(document.documentElement.lang !== "", "the page has no language");
  check(document.title.trim() !== "", "the page has no title");
  check(document.querySelectorAll("main, [role=main]").length === 1, "there is not one main part");
  check(document.querySelectorAll("h1").length === 1, "there is not one first heading");

  let level = 1;
  for (const heading of all("h2, h3, h4, h5, h6")) {
    const own = Number(heading.tagName[1]);
    check(own <= level + 1, "a heading skips a level", heading);
    level = own;
  }
  for (const input of all("input:not([type=hidden]), select, textarea")) {
    check(input.labels.length > 0 || named(input), "a field has no label", input);
  }
  for (const head of all("th")) {
    check(["row", "col", "rowgroup", "colgroup"].includes(head.scope), "a heading of a table has no scope", head);
  }
  for (const table of all("table")) {
    check(table.querySelector("th") !== null, "a table has no headings", table);
  }
  for (const link of all("a[href], button, summary")) {
    check(named(link), "a link or button has no name", link);
  }
  for (const picture of all("canvas, svg, img")) {
    const owner = picture.closest("[role=img], [aria-hidden=true]") || picture;
    check(owner !== picture ? true : named(picture) || picture.alt, "a picture says nothing", picture);
  }
  for (const area of all(".st-scroll")) {
    check(area.tabIndex === 0 && named(area), "a scrolling part is out of reach of the keys", area);
  }
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const element of all("[id]")) {
    check(ids.filter((id) => id === element.id).length === 1, "an id stands twice", element);
  }

  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const painted = (colours) => {
    context.clearRect(0, 0, 1, 1);
    for (const colour of colours) {
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
    }
    return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const behind = (element) => {
    const colours = [];
    for (let each = element; each; each = each.parentElement) {
      colours.unshift(getComputedStyle(each).backgroundColor);
    }
    const dark = document.documentElement.classList.contains("dark");
    return [dark ? "#000" : "#fff", ...colours];
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  for (const element of all("*")) {
    const text = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!text || !shown(element) || element.closest(".st-unseen, option, .material-symbols-outlined")) {
      continue;
    }
    const back = behind(element);
    const one = light(painted(back));
    const two = light(painted([...back, getComputedStyle(element).color]));
    const contrast = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    check(contrast >= 4.5, `contrast ${contrast.toFixed(2)}`, element);
  }
  return { checks, faults };
}"""


@dataclass(frozen=True)
class Look:
    """How much was looked at, and what is wrong."""

    checks: int
    faults: list[str]


def look(page: Page) -> Look:
    """Look at the main part of a page as it is now."""
    return Look(**page.evaluate(LOOK))
