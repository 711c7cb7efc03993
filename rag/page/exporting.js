// A conversation as Markdown that shows just what was said: text of articles becomes no markup.
import { spoken } from "./asking.js";
import { term, t } from "./i18n.js";
import { speaker } from "./turn.js";

/** Text on one line, so that Markdown shows it as it is. */
export function escaped(text) {
  const line = text.split(/\s+/).join(" ").trim();
  const plain = line.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  const inert = plain.replace(/[\\`*_[\]()~$|!]/g, "\\$&");
  return inert.replace(/^[#+=:-]/, "\\$&").replace(/^(\d{1,9})\./, "$1\\.");
}

/** One answer with its sources. */
export function answerMarkdown(turn) {
  const { answer } = turn;
  const lines = [spoken(answer)];
  if (answer.notice) lines.push("", `（${answer.notice}）`);
  for (const conflict of answer.conflicts) {
    const sides = conflict.values.map((value, index) => `${escaped(value)} [${conflict.numbers[index]}]`);
    lines.push("", `- ${t("conflict", { measure: escaped(conflict.measure) })} — ${sides.join(" / ")}`);
  }
  if (answer.citations.length) lines.push("", `**${t("sources")}**`, "", ...sources(answer, turn.links ?? []));
  if (answer.refusal) lines.push("", ...answer.refusal.nearest.map((near) => `- ${escaped(near.title)}: ${escaped(near.quote)}`));
  return lines.join("\n");
}

function sources(answer, links) {
  const numbers = [...new Set(answer.citations.map((citation) => citation.number))].sort((a, b) => a - b);
  return numbers.flatMap((number) => {
    const own = answer.citations.filter((citation) => citation.number === number);
    const [first] = own;
    const byline = [first.publisher, first.published_at].filter(Boolean).map(escaped).join(", ");
    const address = encodeURI(links[number - 1] ?? first.url).replace(/[()]/g, (one) => `%${one.charCodeAt(0).toString(16)}`);
    const head = `${number}. [${escaped(first.title || t("untitled"))}](${address})${byline ? ` — ${byline}` : ""}`;
    const quotes = own.map((one) => {
      const place = `${one.article_id} @ ${one.revision} \\[${one.source_start}:${one.source_end}\\]`;
      return `   > ${escaped(one.quote)}\n   >\n   > ${term("verdict", one.verdict)} · ${place}`;
    });
    return [head, ...[...new Set(quotes)].join("\n   >\n").split("\n")];
  });
}

/** The whole conversation. */
export function talkMarkdown(session) {
  const parts = session.turns.filter((turn) => turn.answer).map((turn) => {
    const when = new Date(turn.asked).toISOString();
    return `## ${escaped(turn.question)}\n\n*${when} · ${speaker(turn.answer.trace)}*\n\n${answerMarkdown(turn)}`;
  });
  return [`# ${t("exportTitle")}`, ...parts].join("\n\n") + "\n";
}

/** Hand a text to the browser as a file. */
export function save(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/markdown;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Put a text on the clipboard; pages that are not served securely have only the old way. */
export async function copy(text) {
  if (navigator.clipboard && isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
