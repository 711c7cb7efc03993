// The passages that were found, in the panel: there before the first word of the answer.
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { passageButton } from "./source.js";

/** What the panel shows for a turn. `open` opens a source. */
export function evidencePage(turn, open) {
  const content = turn.results?.length
    ? h("ul", { class: "passages" }, turn.results.map((result) => h("li", {}, row(result, turn.answer, open))))
    : h("p", { class: "quiet" }, turn.results ? t("foundNone") : t("evidenceNone"));
  return { title: t("evidence"), content, what: "evidence" };
}

function row(result, answer, open) {
  const cited = answer?.citations.find((citation) => citation.article_id === result.article_id);
  return passageButton({
    title: result.title,
    byline: [result.publisher, result.date ?? t("noDate")].filter(Boolean).join(" · "),
    words: result.snippet,
    chip: cited ? h("span", { class: "chip exact" }, t("cited", { number: `[${cited.number}]` })) : null,
    act: () =>
      open({
        id: result.article_id,
        revision: result.revision,
        at: { text: [result.start, result.end] },
      }),
  });
}
