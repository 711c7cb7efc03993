// What stands in an empty conversation: how much is indexed, and questions that it may answer.
import { getJson } from "./api.js";
import { h } from "./dom.js";
import { number, t } from "./i18n.js";
import { said } from "./source.js";

const SHOWN = 4;
const LOOKED_AT = 40;

/** The element; it fills when the server has told what it holds. `ask(question)` asks one of the examples. */
export function welcome(page, ask) {
  const element = h("div", { class: "welcome" }, h("h1", {}, t("welcome")), h("p", { class: "quiet" }, t("welcomeWait")));
  fill(element, page, ask);
  return element;
}

async function fill(element, page, ask) {
  try {
    const { data, total } = await getJson(`/v1/documents?limit=${LOOKED_AT}`);
    element.replaceChildren(...(total ? greeting(data, total, ask) : empty()));
  } catch (error) {
    if (error.code !== "not_ready") {
      element.lastChild.textContent = said(error);
      return;
    }
    element.lastChild.textContent = t("opening", { detail: error.message });
    setTimeout(() => element.isConnected && fill(element, page, ask), 1000);
  }
}

function greeting(articles, total, ask) {
  const questions = examples(articles);
  const act = (question) => () => ask(question);
  return [
    h("h1", {}, t("welcome")),
    h("p", { class: "quiet" }, t("welcomeLine", { count: number(total) })),
    questions.length ? h("h2", { class: "small quiet" }, t("examples")) : null,
    h(
      "ul",
      { class: "examples", lang: "zh" },
      questions.map((question) =>
        h("li", {}, h("button", { type: "button", class: "plain-button", onclick: act(question) }, question)),
      ),
    ),
  ].filter(Boolean);
}

function empty() {
  return [
    h("h1", {}, t("empty")),
    h("p", { class: "quiet" }, t("emptyLine")),
    h("p", {}, h("a", { href: "#/articles" }, t("addArticles"))),
  ];
}

/** Questions out of titles, one for each publisher first: a title that asks is a question already. */
export function examples(articles) {
  const titled = articles.filter((article) => article.title && article.title.length <= 40);
  const byPublisher = new Map(titled.map((article) => [article.publisher ?? article.id, article]));
  const chosen = new Set([...byPublisher.values(), ...titled]);
  const questions = [...chosen].map(({ title }) => {
    const asks = /^[^。！!：:]{6,}?[？?]/.exec(title);
    return asks ? asks[0] : t("example", { title });
  });
  return [...new Set(questions)].slice(0, SHOWN);
}
