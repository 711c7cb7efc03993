// The original of an article: the quote lit up, and what was done to the page marked where it was done.
import { articlePath, getJson } from "./api.js";
import { h, points, webLink } from "./dom.js";
import { term, t } from "./i18n.js";
import { inSource, pieces } from "./spans.js";

/**
 * Open an article in the panel. `at` says what to light up: `{source: [start, end]}` in the source, `{text: [start,
 * end]}` in the cleaned text, or `{words}` to look for.
 */
export async function openSource(panel, { id, revision = null, at = {}, over = true }) {
  const opener = document.activeElement;
  const shown = { title: t("source"), what: `source ${id}`, over, focus: true, opener };
  panel.show({ ...shown, content: h("p", { class: "quiet", role: "status" }, t("loading")) });
  const page = await load(id, revision, at, (other) => openSource(panel, { ...other, over: true }));
  if (panel.shows !== shown.what) return;
  panel.show({ ...shown, content: page });
  panel.element.querySelector("mark[id]")?.scrollIntoView({ block: "center", behavior: "instant" });
}

async function load(id, revision, at, open) {
  const query = revision ? `?revision=${encodeURIComponent(revision)}` : "";
  try {
    const article = await getJson(`${articlePath(id)}/source${query}`);
    return view(article, lit(article, at), open);
  } catch (error) {
    return h("p", { class: "failure", role: "alert" }, said(error));
  }
}

/** An error as a sentence for the reader. */
export function said(error) {
  if (error.code === "unreachable" || error.code === "cut") return t(error.code);
  return t("failed", { message: error.message });
}

/** The span of the source to light up, or null. */
function lit(article, at) {
  if (at.source) return { start: at.source[0], end: at.source[1] };
  if (at.text) return inSource(article.source_map, ...at.text);
  if (!at.words) return null;
  const found = article.text.indexOf(at.words);
  if (found < 0) return null;
  const start = points(article.text.slice(0, found)).length;
  return inSource(article.source_map, start, start + points(at.words).length);
}

function view(article, quote, open) {
  const spans = layers(article);
  return [
    h("h3", { class: "source-title", lang: article.language }, article.title || article.name),
    about(article, open),
    legend(spans, quote),
    text(article, spans, quote),
    doneTo(article, spans),
    h("p", { class: "quiet small" }, t("keptAsIs")),
  ];
}

function about(article, open) {
  const day = article.published_at;
  const origin = article.published && term("origin", article.published.origin);
  const rows = [
    ["publisher", article.publisher],
    ["author", article.author],
    ["date", day && t("dateHow", { day, origin })],
    ["address", article.url && webLink(article.url)],
    ["file", article.name?.split("/").pop()],
    ["revision", revisions(article, open)],
    ["reprintsOf", article.reprints.length ? reprints(article.reprints, open) : null],
  ];
  const known = rows.filter(([, value]) => value);
  return h("dl", { class: "about" }, known.map(([name, value]) => [h("dt", {}, t(name)), h("dd", {}, value)]));
}

function revisions(article, open) {
  const latest = article.revisions.at(-1);
  if (article.revisions.length < 2) return t("revisionNow", { revision: article.revision });
  const options = article.revisions.toReversed().map((revision) =>
    h(
      "option",
      { value: revision, selected: revision === article.revision },
      revision === latest ? t("revisionNow", { revision }) : revision,
    ),
  );
  const choose = (event) => open({ id: article.article_id, revision: event.target.value });
  const select = h("select", { "aria-label": t("revision"), onchange: choose }, options);
  return [select, article.revision === latest ? null : h("span", { class: "chip partial" }, t("revisionOld"))];
}

function reprints(list, open) {
  return h(
    "ul",
    {},
    list.map((one) => {
      const words = [one.title || t("untitled"), one.publisher, one.published_at].filter(Boolean).join(" · ");
      const act = () => open({ id: one.article_id });
      return h("li", {}, h("button", { type: "button", class: "quiet-button", onclick: act }, words));
    }),
  );
}

/** All that was done to the page, as spans of the source. */
function layers(article) {
  const marked = (kind, spans) =>
    spans
      .filter((span) => span.source_start !== null)
      .map((span) => ({ kind, start: span.source_start, end: span.source_end, reason: span.reason, span }));
  return [
    ...article.removed.map((span) => ({ ...span, kind: "removed", reason: term("removed", span.reason), span })),
    ...marked("repaired", article.repairs).map((one) => ({ ...one, reason: mended(one.span) })),
    ...marked("damaged", article.damaged).map((one) => ({ ...one, reason: term("damage", one.reason) })),
    ...marked("suspicious", article.suspicious),
  ];
}

const mended = (repair) => `${term("repair", repair.kind)} → ${repair.after || t("gone")}`;

function legend(spans, quote) {
  const kinds = [...new Set(spans.map((span) => span.kind))];
  return h(
    "p",
    { class: "legend" },
    quote && h("mark", {}, t("quoted")),
    kinds.map((kind) => h("span", { class: kind }, t(`layer.${kind}`))),
  );
}

function text(article, spans, quote) {
  const source = points(article.source);
  const all = quote ? [...spans, { ...quote, kind: "quote" }] : spans;
  let marked = false;
  let tagged = null;
  const out = pieces(source.length, all).map((piece) => {
    const words = source.slice(piece.start, piece.end).join("");
    const removed = piece.layers.find((layer) => layer.kind === "removed");
    if (words.trim() && !removed) tagged = null;
    const tag = removed && removed.reason !== tagged ? h("span", { class: "tag" }, removed.reason) : null;
    if (removed) tagged = removed.reason;
    if (!piece.layers.length) return words;
    const isQuote = piece.layers.some((layer) => layer.kind === "quote");
    const kinds = piece.layers.map((layer) => layer.kind).filter((kind) => kind !== "quote");
    const reasons = piece.layers.map((layer) => layer.reason).filter(Boolean);
    const attributes = { class: kinds.join(" ") || null, title: reasons.join("; ") || null };
    if (isQuote && !marked) attributes.id = "quote";
    marked ||= isQuote;
    return h(isQuote ? "mark" : "span", attributes, tag, words);
  });
  return h("div", { class: "source", lang: article.language }, out);
}

/** The same as lists, for those who do not see colours or hover. */
function doneTo(article, spans) {
  const source = points(article.source);
  const words = (one) => source.slice(one.start, one.end).join("").trim();
  const short = (said) => (said.length > 60 ? `${said.slice(0, 60)}…` : said);
  const lists = [
    ["listRepaired", spans.filter((one) => one.kind === "repaired"), (one) => [
      h("del", {}, one.span.before), " → ", h("ins", {}, one.span.after || t("gone")), ` · ${term("repair", one.span.kind)}`,
    ]],
    ["listDamaged", spans.filter((one) => one.kind === "damaged"), (one) => [short(words(one)), ` · ${one.reason}`]],
    ["listSuspicious", spans.filter((one) => one.kind === "suspicious"), (one) => [short(words(one)), ` · ${one.reason}`]],
    ["listRemoved", spans.filter((one) => one.kind === "removed"), (one) => [`${one.reason}: `, short(words(one))]],
  ];
  const shown = lists.filter(([, found]) => found.length);
  return h(
    "div",
    { class: "done-to" },
    shown.map(([name, found, row]) =>
      h(
        "details",
        {},
        h("summary", {}, t(name, { count: found.length })),
        h("ul", { lang: article.language }, found.map((one) => h("li", {}, row(one)))),
      ),
    ),
  );
}

/** A passage or article that opens in the panel when it is pressed. */
export function passageButton({ title, byline, words, chip = null, act }) {
  return h(
    "button",
    { type: "button", class: "passage", onclick: act },
    h("span", { class: "title", lang: "zh" }, title),
    (byline || chip) && h("span", { class: "quiet small" }, byline, " ", chip),
    words && h("span", { class: "words", lang: "zh" }, words),
  );
}
