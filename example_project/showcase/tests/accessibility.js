// What is wrong for people who use a keyboard, a screen reader or their eyes with effort: a list of texts.
const problems = [];
const visible = (element) => element.checkVisibility({ visibilityProperty: true });
const all = (selector) => [...document.querySelectorAll(selector)].filter(visible);
const shown = (element) => element.outerHTML.slice(0, 120);

if (!document.documentElement.lang) problems.push("the page has no language");
if (!document.title) problems.push("the page has no title");
for (const landmark of ["header", "nav", "main", "footer"]) {
  if (all(landmark).length !== 1) problems.push(`not one <${landmark}>`);
}

// Headings: one of the first level, none skipped.
let last = 0;
for (const heading of all("h1, h2, h3, h4, h5, h6")) {
  const level = Number(heading.localName[1]);
  if (level > last + 1) problems.push(`a level is skipped: ${shown(heading)}`);
  last = level;
}
if (all("h1").length !== 1) problems.push("not one <h1>");

// Names: of what can be used, and of what refers to another element.
const named = (element) =>
  element.textContent.trim() || element.getAttribute("aria-label") || element.ariaLabelledByElements?.length;
for (const control of all("input:not([type=hidden]), select, textarea, progress")) {
  if (!control.labels?.length && !named(control)) problems.push(`no label: ${shown(control)}`);
}
for (const control of all("button, a, summary, section, article, nav, [tabindex='0']")) {
  if (!named(control)) problems.push(`no name: ${shown(control)}`);
}
for (const attribute of ["aria-labelledby", "aria-describedby", "for"]) {
  for (const element of all(`[${attribute}]`)) {
    for (const id of element.getAttribute(attribute).split(/\s+/)) {
      if (!document.getElementById(id)) problems.push(`${attribute} leads nowhere: ${shown(element)}`);
    }
  }
}
const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
for (const id of ids.filter((id, index) => ids.indexOf(id) !== index)) problems.push(`two have the id ${id}`);

// Targets: at least 24 by 24 pixels (WCAG 2.5.8), unless they stand in a sentence.
for (const target of all("button, select, summary, nav a, label:has(input)")) {
  const { width, height } = target.getBoundingClientRect();
  if (Math.min(width, height) < 24) problems.push(`too small: ${shown(target)}`);
}

// Contrast (WCAG 1.4.3): 4.5, or 3 for large text.
const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
function luminance(colour) {
  const [red, green, blue] = channels(colour)
    .slice(0, 3)
    .map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
function background(element) {
  for (let each = element; each; each = each.parentElement) {
    const colour = getComputedStyle(each).backgroundColor;
    if (channels(colour)[3] !== 0) return colour;
  }
  return "rgb(255, 255, 255)";
}
const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
for (const element of all("body *").filter(hasText)) {
  const style = getComputedStyle(element);
  const [dark, light] = [luminance(style.color), luminance(background(element))].sort((a, b) => a - b);
  const needed = parseFloat(style.fontSize) >= 24 ? 3 : 4.5;
  if ((light + 0.05) / (dark + 0.05) < needed) problems.push(`too little contrast: ${shown(element)}`);
}
return problems;
