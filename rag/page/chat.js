// The view in which questions are asked: one conversation.
import { ask, newTurn, spoken } from "./asking.js";
import { Composer } from "./composer.js";
import { button, h } from "./dom.js";
import { evidencePage } from "./evidence.js";
import { answerMarkdown, copy, save, talkMarkdown } from "./exporting.js";
import { t } from "./i18n.js";
import { keep } from "./sessions.js";
import { openSource } from "./source.js";
import { isOpen, turnElement } from "./turn.js";
import { welcome } from "./welcome.js";

const NEAR = 120; // pixels from the end within which the view follows the answer

export class Chat {
  #scroll = h("div", { class: "talk", tabindex: "0", role: "region", "aria-label": t("talk") });
  #turns = new Map(); // turn -> {element, draw}
  #export = button(t("export"), { name: "save", class: "quiet-button small", onclick: () => this.#save() });

  /** `page` is what the views share: panel, card, announce, answerers, and `talkChanged`. */
  constructor(page, session) {
    this.page = page;
    this.session = session;
    this.composer = new Composer({
      ask: (question) => this.ask(question),
      stop: () => this.stop(),
      answerers: page.answerers,
    });
    this.element = h("main", { id: "content", tabindex: "-1" }, this.#scroll, this.composer.element);
    this.#drawAll();
  }

  get #open() {
    return this.session.turns.find(isOpen);
  }

  async ask(question) {
    if (this.#open) return;
    if (!this.session.title) this.session.title = question.slice(0, 60);
    await this.#run(newTurn(question, this.composer.options));
  }

  /** End the answer at work. */
  stop() {
    this.#open?.stop?.();
  }

  /** Go to where the reader types. */
  focus() {
    if (matchMedia("(pointer: coarse)").matches) return; // a keyboard on the screen would hide half the page
    this.composer.input.focus();
  }

  async #run(turn) {
    this.session.turns.push(turn);
    keep(this.session);
    this.page.talkChanged();
    this.#drawAll();
    this.composer.working(true);
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
    let told = false;
    await ask(turn, this.session.turns.slice(0, -1), () => {
      this.#update(turn);
      if (!told && turn.results && isOpen(turn)) {
        told = true;
        this.page.announce(t("found", { count: turn.results.length }));
        if (this.page.panel.staysBeside) this.#evidence(turn, { focus: false });
      }
    });
    this.#finish(turn);
  }

  #finish(turn) {
    keep(this.session);
    this.page.talkChanged();
    this.composer.working(false);
    this.#drawAll();
    if (this.page.panel.shows === "evidence") this.#evidence(turn, { focus: false });
    if (turn.answer) {
      const words = turn.answer.refusal ? "refusedReady" : "answerReady";
      this.page.announce(t(words, { text: spoken(turn.answer) }));
    } else if (turn.state === "stopped") this.page.announce(t("stopped"));
  }

  #update(turn) {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroll;
    const follows = scrollHeight - scrollTop - clientHeight < NEAR;
    this.#turns.get(turn)?.draw();
    if (follows) this.#scroll.scrollTop = this.#scroll.scrollHeight;
  }

  #drawAll() {
    this.page.card.close();
    const { turns } = this.session;
    this.#turns = new Map(turns.map((turn) => [turn, turnElement(turn, this.#acts(turn))]));
    const top = this.#scroll.scrollTop;
    if (turns.length) {
      const elements = turns.map((turn) => this.#turns.get(turn).element);
      const title = h("h1", { class: "unseen", lang: "zh" }, this.session.title);
      this.#scroll.replaceChildren(title, h("div", { class: "tools" }, this.#export), ...elements);
    } else this.#scroll.replaceChildren(welcome(this.page, (question) => this.ask(question)));
    this.#scroll.scrollTop = top;
  }

  #acts(turn) {
    const { panel, card } = this.page;
    const cited = (citation) =>
      openSource(panel, {
        id: citation.article_id,
        revision: citation.revision,
        at: { source: [citation.source_start, citation.source_end] },
      });
    const isLast = turn === this.session.turns.at(-1);
    return {
      evidence: (of) => this.#evidence(of, { focus: true }),
      source: (request) => openSource(panel, request),
      mark: (marker, citations) => card.attach(marker, citations, cited),
      copy: async (of) => {
        await copy(answerMarkdown(of));
        this.page.announce(t("copied"));
      },
      retry: isLast ? (of) => this.#retry(of) : null,
    };
  }

  #evidence(turn, { focus }) {
    const { panel } = this.page;
    panel.show({ ...evidencePage(turn, (request) => openSource(panel, request)), focus });
  }

  #retry(turn) {
    this.session.turns.pop();
    this.focus();
    return this.#run(newTurn(turn.question, this.composer.options));
  }

  #save() {
    const day = new Date().toISOString().slice(0, 10);
    save(`jushi-${day}.md`, talkMarkdown(this.session));
  }
}
