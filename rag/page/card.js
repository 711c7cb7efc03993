// The card of a marker: the quote, where it is from, and how well it carries the sentence. One for the whole page.
import { button, h } from "./dom.js";
import { term, t } from "./i18n.js";

const GAP = 8; // pixels between marker and card
const PATIENCE = 180; // milliseconds in which the pointer may travel from the marker to the card

export class Card {
  #marker = null;
  #leaving = null;

  constructor() {
    this.element = h("div", {
      id: "card",
      class: "card",
      role: "dialog", // not modal: what is below stays in reach
      "aria-label": t("quoted"),
      hidden: true,
      onpointerenter: () => clearTimeout(this.#leaving),
      onpointerleave: () => this.#leave(),
    });
  }

  get isOpen() {
    return !this.element.hidden;
  }

  /** Let a marker show `citations` and open the first of them; on touch screens the card's button opens it. */
  attach(marker, citations, open) {
    marker.setAttribute("aria-expanded", "false");
    marker.setAttribute("aria-haspopup", "dialog");
    let touched = false;
    marker.addEventListener("pointerdown", (event) => {
      touched = event.pointerType === "touch";
    });
    marker.addEventListener("pointerenter", (event) => {
      if (event.pointerType !== "touch") this.#show(marker, citations, open);
    });
    marker.addEventListener("pointerleave", (event) => {
      if (event.pointerType !== "touch") this.#leave();
    });
    marker.addEventListener("focus", () => this.#show(marker, citations, open));
    marker.addEventListener("blur", (event) => {
      if (!this.element.contains(event.relatedTarget)) this.#leave();
    });
    marker.addEventListener("click", () => {
      if (touched) this.#show(marker, citations, open);
      else this.#open(citations[0], open);
    });
  }

  close() {
    clearTimeout(this.#leaving);
    this.element.hidden = true;
    this.#marker?.setAttribute("aria-expanded", "false");
    this.#marker?.removeAttribute("aria-describedby");
    this.#marker = null;
  }

  #open(citation, open) {
    this.close();
    open(citation);
  }

  #leave() {
    clearTimeout(this.#leaving);
    this.#leaving = setTimeout(() => this.close(), PATIENCE);
  }

  #show(marker, citations, open) {
    clearTimeout(this.#leaving);
    if (this.#marker === marker) return;
    this.close();
    this.#marker = marker;
    const pages = citations.map((citation) => this.#entry(citation, open));
    this.element.replaceChildren(...pages.flat());
    this.element.hidden = false;
    marker.setAttribute("aria-expanded", "true");
    marker.setAttribute("aria-describedby", this.element.id);
    this.#place(marker);
  }

  #entry(citation, open) {
    const byline = [citation.publisher, citation.published_at ?? t("noDate")].filter(Boolean).join(" · ");
    const reprints = citation.reprints ? t("reprints", { count: citation.reprints }) : null;
    return [
      h("blockquote", { lang: "zh" }, citation.quote),
      h("p", { class: "title", lang: "zh" }, citation.title || t("untitled")),
      h("p", { class: "quiet small" }, [byline, reprints].filter(Boolean).join(" · ")),
      h(
        "p",
        { class: "small" },
        h("span", { class: `chip ${citation.verdict}` }, term("verdict", citation.verdict)),
        citation.reason ? ` ${citation.reason}` : null,
      ),
      button(t("openSource"), { class: "plain-button small", onclick: () => this.#open(citation, open) }),
    ];
  }

  /** Below the marker where there is room, else above it; always inside the window. */
  #place(marker) {
    const at = marker.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const below = at.bottom + GAP + height <= innerHeight;
    const top = below ? at.bottom + GAP : Math.max(GAP, at.top - GAP - height);
    const left = Math.min(Math.max(GAP, at.left + at.width / 2 - width / 2), innerWidth - width - GAP);
    this.element.style.top = `${top}px`;
    this.element.style.left = `${left}px`;
  }
}
