// A question and its answer as the reader sees them, drawn anew whenever the turn changes.
import { draft, finished } from "./answer.js";
import { button, h } from "./dom.js";
import { number, term, t } from "./i18n.js";
import { passageButton, said } from "./source.js";

/**
 * The element of one turn. `acts` has what its buttons do: `evidence(turn)`, `source(request)`, `mark(button,
 * citations)`, `copy(turn)` and, for the last turn, `retry(turn)`.
 */
export function turnElement(turn, acts) {
  const element = h("article", { class: "turn" });
  const draw = () => {
    element.setAttribute("aria-busy", String(isOpen(turn)));
    element.replaceChildren(...content(turn, acts).filter(Boolean));
  };
  draw();
  return { element, draw };
}

/** Whether a turn still waits for words. */
export const isOpen = (turn) => turn.state === "waiting" || turn.state === "writing";

function content(turn, acts) {
  return [
    h("h2", { class: "question", lang: "zh" }, turn.question),
    found(turn, acts),
    turn.answer ? null : progress(turn),
    turn.answer?.refusal ? refusal(turn.answer.refusal, acts) : null,
    turn.answer && !turn.answer.refusal
      ? h("div", { class: "answer", lang: "zh" }, finished(turn.answer, acts.mark))
      : null,
    ...(turn.answer?.conflicts ?? []).map((conflict) => disagreement(conflict, turn.answer, acts)),
    turn.answer?.notice ? h("p", { class: "notice" }, turn.answer.notice) : null,
    turn.state === "failed" ? h("p", { class: "failure", role: "alert" }, said(turn.error)) : null,
    turn.state === "stopped" ? h("p", { class: "notice" }, t("stoppedLine")) : null,
    isOpen(turn) ? null : foot(turn, acts),
  ];
}

function found(turn, acts) {
  if (turn.state === "waiting") return h("p", { class: "found working" }, t("searching"));
  if (!turn.results) return null;
  const words = turn.results.length ? t("found", { count: turn.results.length }) : t("foundNone");
  return h(
    "div",
    { class: "found" },
    button(words, { name: "search", class: "quiet-button", onclick: () => acts.evidence(turn) }),
    turn.state === "writing" && !turn.content ? h("span", { class: "working" }, t("writing")) : null,
  );
}

function progress(turn) {
  if (!turn.content) return null;
  return h("div", { class: `answer ${isOpen(turn) ? "working" : ""}`, lang: "zh" }, draft(turn.content));
}

function refusal(found, acts) {
  const nearest = found.nearest.map((near) =>
    h(
      "li",
      {},
      passageButton({
        title: near.title || t("untitled"),
        words: near.quote,
        act: () => acts.source({ id: near.article_id, at: { words: near.quote } }),
      }),
    ),
  );
  return h(
    "div",
    {},
    h("div", { class: "refusal" }, h("h3", {}, term("refusal", found.reason)), h("p", { lang: "zh" }, found.message)),
    nearest.length
      ? h("div", { class: "nearest" }, h("h3", {}, t("nearest")), h("ul", { class: "passages" }, nearest))
      : null,
  );
}

/** Values that contradict each other, side by side, each with its day. */
function disagreement(conflict, answer, acts) {
  const sides = conflict.values.map((value, index) => {
    const citation = answer.citations.find((one) => one.number === conflict.numbers[index]);
    return h(
      "li",
      {},
      h("span", { class: "value" }, value),
      h("span", {}, citation?.published_at ?? t("noDate")),
      citation && h("span", { class: "quiet small", lang: "zh" }, citation.publisher ?? ""),
      citation && h("span", { class: "small", lang: "zh" }, citation.title, " ", mark(citation, acts)),
    );
  });
  return h(
    "section",
    { class: "conflict" },
    h("h3", { lang: "zh" }, t("conflict", { measure: conflict.measure })),
    h("ul", {}, sides),
  );
}

function mark(citation, acts) {
  const label = t("markerOf", { number: citation.number, title: citation.title || t("untitled") });
  const element = h(
    "button",
    { type: "button", class: `marker ${citation.verdict}`, "aria-label": label },
    String(citation.number),
  );
  acts.mark(element, [citation]);
  return element;
}

function foot(turn, acts) {
  const { answer } = turn;
  return h(
    "footer",
    { class: "foot" },
    answer ? h("span", { class: "speaker" }, speaker(answer.trace)) : null,
    answer?.status === "partial" ? h("span", { class: "chip partial" }, t("partial")) : null,
    h(
      "span",
      { class: "acts" },
      answer ? button(t("copy"), { name: "copy", class: "quiet-button", onclick: () => acts.copy(turn) }) : null,
      acts.retry ? button(t("retry"), { name: "retry", class: "quiet-button", onclick: () => acts.retry(turn) }) : null,
    ),
    answer ? timings(turn) : null,
  );
}

/** Who answered: always told. */
export function speaker(trace) {
  if (trace.answerer === "chat") return t("byChat");
  return trace.model && trace.answerer === "llm" ? t("byModel", { model: trace.model }) : t("byQuotes");
}

function timings(turn) {
  const { trace } = turn.answer;
  const rows = [
    [t("firstWord"), turn.first],
    [t("whole"), turn.whole],
    ...Object.entries(trace.timings).map(([stage, spent]) => [term("stage", stage), spent]),
  ].filter(([, spent]) => spent !== undefined);
  const dropped = trace.dropped?.length ?? 0;
  return h(
    "details",
    { class: "timings" },
    h("summary", {}, t("timings", { seconds: (turn.whole / 1000).toFixed(1) })),
    h(
      "dl",
      {},
      rows.map(([name, spent]) => [
        h("dt", {}, name),
        h("dd", {}, t("milliseconds", { value: number(Math.round(spent * 10) / 10) })),
      ]),
    ),
    dropped ? h("p", {}, t("dropped", { count: dropped })) : null,
  );
}
