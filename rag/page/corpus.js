// What is indexed: look through it, add to it, take out of it.
import { articlePath, getJson, request } from "./api.js";
import { confirmed } from "./dialogs.js";
import { button, h } from "./dom.js";
import { number, t } from "./i18n.js";
import { openSource, said } from "./source.js";
import { Uploads } from "./upload.js";

const AT_ONCE = 100;
const PAUSE = 250; // milliseconds without a key before a search begins

export function corpusView(page) {
  return new Corpus(page).element;
}

class Corpus {
  #list = h("ul", { class: "articles" });
  #count = h("p", { class: "quiet", role: "status" });
  #more = button(t("more"), { class: "plain-button", hidden: true, onclick: () => this.#load() });
  #fields = {};
  #shown = 0;
  #asked = 0; // counts listings, so that a late one is not mixed with a newer
  #pause = null;

  constructor(page) {
    this.page = page;
    const uploads = new Uploads(page, () => this.#changed());
    const heading = h("h1", { tabindex: "-1" }, t("articles"));
    const body = h(
      "div",
      { class: "view", tabindex: "0", role: "region", "aria-label": t("articles") },
      h("div", { class: "head" }, heading, uploads.button),
      uploads.element,
      this.#filters(),
      h("div", { class: "articles-head" }, this.#count),
      this.#list,
      h("p", { class: "more" }, this.#more),
    );
    uploads.acceptDrops(body);
    this.element = h("main", { id: "content" }, body);
    this.#changed();
  }

  #filters() {
    const field = (name, label, attributes) => {
      const tag = name === "publisher" ? "select" : "input";
      const input = h(tag, { ...attributes, oninput: () => this.#soon() });
      this.#fields[name] = input;
      return h("label", { class: name === "q" ? "wide" : null }, h("span", {}, t(label)), input);
    };
    return h(
      "form",
      { class: "filters", role: "search", onsubmit: (event) => event.preventDefault() },
      field("q", "search", { type: "search" }),
      field("publisher", "publisherFilter", {}),
      field("since", "since", { type: "date" }),
      field("until", "until", { type: "date" }),
    );
  }

  #soon() {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.#fresh(), PAUSE);
  }

  #fresh() {
    this.#shown = 0;
    return this.#load();
  }

  /** Other articles are stored than before. */
  #changed() {
    this.#offer();
    return this.#fresh();
  }

  async #load() {
    const mine = (this.#asked += 1);
    const query = new URLSearchParams({ limit: AT_ONCE, offset: this.#shown });
    for (const [name, input] of Object.entries(this.#fields)) if (input.value.trim()) query.set(name, input.value.trim());
    try {
      const found = await getJson(`/v1/documents?${query}`);
      if (mine === this.#asked) this.#add(found, query.size > 2);
    } catch (error) {
      if (mine === this.#asked) this.#count.textContent = said(error);
    }
  }

  #add({ data, total, has_more: more }, filtered) {
    const rows = data.map((article) => this.#row(article));
    if (this.#shown) this.#list.append(...rows);
    else this.#list.replaceChildren(...rows);
    this.#shown += data.length;
    this.#more.hidden = !more;
    const none = filtered ? "noArticles" : "noArticlesYet";
    this.#count.textContent = total ? t("articleCount", { count: number(total) }) : t(none);
  }

  /** Put the publishers of all articles among those to choose from. */
  async #offer() {
    const found = await getJson("/v1/publishers").catch(() => null); // the list itself says what is wrong
    if (!found) return;
    const select = this.#fields.publisher;
    const chosen = select.value;
    const options = found.data.map(({ name }) => h("option", { value: name, selected: name === chosen }, name));
    select.replaceChildren(h("option", { value: "" }, t("anyPublisher")), ...options);
  }

  #row(article) {
    const title = article.title || article.name || t("untitled");
    const open = () => openSource(this.page.panel, { id: article.id, over: false });
    const facts = [
      article.publisher && h("span", { lang: "zh" }, article.publisher),
      h("span", {}, article.published_at ?? t("noDate")),
      h("span", {}, t("characters", { count: number(article.characters) })),
      h("span", {}, t("passages", { count: article.passages })),
      article.reprints ? h("span", { class: "chip" }, t("reprints", { count: article.reprints })) : null,
      article.repaired ? h("span", { class: "chip supported" }, t("repairedCount", { count: article.repaired })) : null,
      article.damaged ? h("span", { class: "chip unsupported" }, t("damagedCount", { count: article.damaged })) : null,
    ];
    const row = h(
      "li",
      {},
      h("button", { type: "button", class: "open", lang: "zh", onclick: open }, title),
      button(t("removeOne", { title }), {
        name: "bin",
        bare: true,
        class: "quiet-button",
        onclick: () => this.#remove(article, title, row),
      }),
      h("p", { class: "facts" }, facts),
    );
    return row;
  }

  async #remove(article, title, row) {
    if (!(await confirmed(t("removeSure", { title }), t("remove")))) return;
    try {
      await request(articlePath(article.id), { method: "DELETE" });
    } catch (error) {
      this.#count.textContent = said(error);
      return;
    }
    if (this.page.panel.shows === `source ${article.id}`) this.page.panel.close();
    (row.nextElementSibling ?? row.previousElementSibling)?.querySelector(".open").focus();
    await this.#changed();
    this.page.announce(t("removed", { title }));
  }
}
