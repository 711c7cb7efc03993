// How the program is doing: what it holds, who answers, and how long answers take.
import { getJson } from "./api.js";
import { button, h } from "./dom.js";
import { number, term, t } from "./i18n.js";
import { bars, lines } from "./plot.js";
import { said } from "./source.js";

export function statusView() {
  const body = h("div", { role: "status" }, h("p", { class: "quiet" }, t("loading")));
  const load = async () => body.replaceChildren(...(await content()));
  const refresh = button(t("refresh"), { name: "retry", class: "plain-button", onclick: load });
  load();
  return h(
    "main",
    { id: "content" },
    h(
      "div",
      { class: "view", tabindex: "0", role: "region", "aria-label": t("status") },
      h("div", { class: "head" }, h("h1", { tabindex: "-1" }, t("status")), refresh),
      body,
    ),
  );
}

async function content() {
  try {
    const status = await getJson("/v1/status");
    return [tiles(status), stages(status.latency ?? []), recent(status.recent ?? [])].filter(Boolean);
  } catch (error) {
    return [h("p", { class: "failure", role: "alert" }, said(error))];
  }
}

function tiles(status) {
  const rows = [
    ["indexed", number(status.articles), "big"],
    ["passagesIndexed", number(status.passages), "big"],
    ["generation", number(status.generation), "big"],
    ["model", status.model?.name ?? t("noModel")],
    ["answerers", (status.answerers ?? []).map((name) => term("answerer", name)).join(", ")],
    ["encoder", encoder(status.encoder)],
    ["version", status.version],
  ].filter(([, value]) => value);
  return h(
    "dl",
    { class: "tiles" },
    rows.map(([name, value, big]) => h("div", {}, h("dt", {}, t(name)), h("dd", { class: big ?? null }, value))),
  );
}

const encoder = (value) => (typeof value === "object" ? value?.name : value);

function stages(latency) {
  if (!latency.length) return h("section", { class: "plot" }, h("h2", {}, t("stages")), h("p", { class: "quiet" }, t("noLatency")));
  const rows = latency.map((one) => ({ ...one, name: term("stage", one.stage) }));
  const head = [t("stage"), t("median"), t("slowest"), t("count")];
  const cells = rows.map((row) => [row.name, milliseconds(row.p50), milliseconds(row.p95), number(row.count)]);
  return h(
    "section",
    { class: "plot" },
    h("h2", {}, t("stages")),
    bars(rows, { label: t("stagesLabel"), median: t("median"), slowest: t("slowest") }),
    table(head, cells),
  );
}

function recent(answers) {
  if (answers.length < 2) return null;
  const rows = answers.toSorted((one, other) => (one.at < other.at ? -1 : 1));
  const head = [t("time"), t("firstWord"), t("whole"), t("answerer"), t("outcome")];
  const cells = rows.toReversed().map((row) => [
    clock(row.at),
    row.first_ms === null ? "" : milliseconds(row.first_ms),
    milliseconds(row.whole_ms),
    term("answerer", row.answerer),
    term("outcome", row.status),
  ]);
  return h(
    "section",
    { class: "plot" },
    h("h2", {}, t("recent")),
    lines(rows, { label: t("recentLabel"), first: t("firstWord"), whole: t("whole") }),
    table(head, cells),
  );
}

const milliseconds = (value) => t("milliseconds", { value: number(Math.round(value * 10) / 10) });

function clock(at) {
  const time = new Date(typeof at === "number" ? at * 1000 : at);
  return time.toLocaleTimeString(document.documentElement.lang, { hour12: false });
}

function table(head, rows) {
  const cells = (tag, values) => values.map((value) => h(tag, tag === "th" ? { scope: "col" } : {}, value ?? ""));
  return h(
    "details",
    {},
    h("summary", { class: "quiet small" }, t("numbers")),
    h(
      "div",
      { class: "scroll", tabindex: "0", role: "group", "aria-label": t("numbers") },
      h("table", {}, h("thead", {}, h("tr", {}, cells("th", head))), h("tbody", {}, rows.map((row) => h("tr", {}, cells("td", row))))),
    ),
  );
}
