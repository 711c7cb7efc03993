// The words of an answer: sentences with their verdicts, markers as buttons, and the little Markdown that models write.
import { h, points } from "./dom.js";
import { t } from "./i18n.js";

const MARKER = /\[(\d{1,4})\]/g;
const UNPROVEN = "［未证实］";
const ITEM = /^\s*(?:([-*•])|\d{1,3}[.、)])\s+/;
const INLINE = /\*\*([^*\n]+)\*\*|`([^`\n]+)`/g;

/** Text on its way: markers stand there, but name nothing before the answer is whole. */
export function draft(text) {
  const tokens = [];
  scan(text, null, tokens);
  return blocks(tokens, (number) => h("span", { class: "marker waiting", title: t("pendingMarker", { number }) }, number));
}

/** A whole answer; `marker(button, citations)` is told of every marker. */
export function finished(answer, marker) {
  return blocks(tokensOf(answer), (number, claim) => {
    const own = answer.citations.filter((one) => one.number === number && one.claim === claim);
    const citations = own.length ? own : answer.citations.filter((one) => one.number === number);
    if (!citations.length) return `[${number}]`;
    const label = t("markerOf", { number, title: citations[0].title || t("untitled") });
    const worst = citations[0].verdict;
    const button = h("button", { type: "button", class: `marker ${worst}`, "aria-label": label }, String(number));
    marker(button, citations);
    return button;
  });
}

/** What an answer consists of, in order: words (of a claim or between claims), markers, line ends. */
function tokensOf(answer) {
  const text = points(answer.text);
  const slice = (start, end) => text.slice(start, end).join("");
  const tokens = [];
  let at = 0;
  answer.claims.forEach((claim, index) => {
    scan(slice(at, claim.start), index - 1, tokens);
    split(slice(claim.start, claim.end), claim, tokens); // brackets inside a claim are the article's own
    at = claim.end;
  });
  scan(slice(at, text.length), answer.claims.length - 1, tokens);
  return tokens;
}

function scan(text, claim, tokens) {
  let at = 0;
  for (const found of text.matchAll(MARKER)) {
    split(text.slice(at, found.index), null, tokens);
    tokens.push({ kind: "marker", number: Number(found[1]), claim });
    at = found.index + found[0].length;
  }
  split(text.slice(at), null, tokens);
}

function split(text, claim, tokens) {
  text.split("\n").forEach((line, index) => {
    if (index) tokens.push({ kind: "end" });
    if (line) tokens.push({ kind: "words", text: line, claim });
  });
}

/** Tokens as paragraphs and lists. */
function blocks(tokens, marker) {
  const lines = [[]];
  for (const token of tokens) {
    if (token.kind === "end") lines.push([]);
    else lines.at(-1).push(token);
  }
  const out = [];
  for (const line of lines.filter((tokens) => tokens.length)) {
    const item = line[0].kind === "words" ? ITEM.exec(line[0].text) : null;
    if (!item) {
      out.push(h("p", {}, line.map((token) => inline(token, marker))));
      continue;
    }
    const tag = item[1] ? "ul" : "ol";
    const rest = [{ ...line[0], text: line[0].text.slice(item[0].length) }, ...line.slice(1)];
    if (out.at(-1)?.localName !== tag) out.push(h(tag, {}));
    out.at(-1).append(h("li", {}, rest.map((token) => inline(token, marker))));
  }
  return out;
}

function inline(token, marker) {
  if (token.kind === "marker") return marker(token.number, token.claim);
  if (!token.claim) return unproven(token.text);
  const { verdict, reason } = token.claim;
  return h("span", { class: `claim ${verdict}`, title: reason || null }, styled(token.text));
}

/** The server's own words for an unproven sentence become a label. */
function unproven(text) {
  return text
    .split(UNPROVEN)
    .flatMap((part, index) => [index ? h("span", { class: "chip unsupported" }, t("unproven")) : null, styled(part)]);
}

function styled(text) {
  const out = [];
  let at = 0;
  for (const found of text.matchAll(INLINE)) {
    out.push(text.slice(at, found.index), found[1] ? h("strong", {}, found[1]) : h("code", {}, found[2]));
    at = found.index + found[0].length;
  }
  return [...out, text.slice(at)];
}
