// Elements without markup strings: whatever is text stays text, so that no article can bring elements of its own.

const SVG = "http://www.w3.org/2000/svg";

/** An element. `on…` attributes are listeners, `null` and `false` are left out; children are nodes or text. */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** As `h`, for SVG. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const ICONS = {
  ask: ["M4 5h16v11H9l-5 4z"],
  articles: ["M6 3h9l4 4v14H6z", "M9 11h7M9 15h7"],
  status: ["M4 19V9M10 19V5M16 19v-7M21 19H3"],
  add: ["M12 5v14M5 12h14"],
  close: ["M6 6l12 12M18 6L6 18"],
  back: ["M14 6l-6 6 6 6"],
  menu: ["M4 7h16M4 12h16M4 17h16"],
  send: ["M12 19V5M6 11l6-6 6 6"],
  stop: ["M7 7h10v10H7z"],
  retry: ["M5 12a7 7 0 1 1 2 5M5 17v-4h4"],
  copy: ["M9 9h10v11H9z", "M5 15V4h10"],
  save: ["M12 4v11M7 11l5 5 5-5M5 20h14"],
  bin: ["M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13"],
  theme: ["M12 4a8 8 0 1 0 0 16z", "M12 4a8 8 0 0 1 0 16"],
  language: ["M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z", "M4 12h16M12 4c3 3 3 13 0 16M12 4c-3 3-3 13 0 16"],
  search: ["M11 5a6 6 0 1 0 0 12 6 6 0 0 0 0-12z", "M16 16l4 4"],
};

/** A small drawing beside words; it says nothing by itself. */
export function icon(name) {
  const paths = ICONS[name].map((d) => svg("path", { d }));
  return svg("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, paths);
}

/** A button with an icon and, unless it is `bare`, its words; a bare one carries them as its label. */
export function button(words, { name = null, bare = false, ...attributes }) {
  const label = bare ? { "aria-label": words, title: words } : {};
  return h("button", { type: "button", ...label, ...attributes }, name && icon(name), bare ? null : h("span", {}, words));
}

/** A link where the address is one of the web, plain text where it could be anything else. */
export function webLink(address, words = address) {
  if (!/^https?:\/\//i.test(address ?? "")) return h("span", {}, words ?? "");
  return h("a", { href: address, target: "_blank", rel: "noreferrer nofollow noopener" }, words);
}

/** The code points of a text, as the server counts them. */
export const points = (text) => Array.from(text);
