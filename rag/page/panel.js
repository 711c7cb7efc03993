// The panel beside the talk: what was found, or the original of one article. A drawer on narrow screens.
import { button, h } from "./dom.js";
import { t } from "./i18n.js";

const narrow = matchMedia("(width <= 68rem)");

export class Panel {
  #title = h("h2", { tabindex: "-1", id: "panel-title" });
  #body = h("div", { class: "body", tabindex: "0", role: "group", "aria-labelledby": "panel-title" });
  #back = button(t("back"), { name: "back", bare: true, class: "quiet-button", onclick: () => this.#goBack() });
  #below = null; // what the back button returns to
  #now = null;
  #opener = null; // where the reader goes when the panel closes

  constructor() {
    const close = button(t("closePanel"), {
      name: "close",
      bare: true,
      class: "quiet-button",
      onclick: () => this.close(),
    });
    const header = h("header", {}, this.#back, this.#title, close);
    this.element = h("aside", { class: "panel", hidden: true, "aria-labelledby": "panel-title" }, header, this.#body);
  }

  get isOpen() {
    return !this.element.hidden;
  }

  /** What is shown now; `null` when the panel is closed. */
  get shows() {
    return this.isOpen ? this.#now?.what : null;
  }

  /** Show a page of the panel. `over` keeps the page before it for the back button; `focus` moves the reader here, and closing back to `opener`. */
  show({ title, content, what, focus = false, over = false, opener = document.activeElement }) {
    if (focus && !this.element.contains(opener)) this.#opener = opener;
    this.#below = over && this.isOpen ? (this.#below ?? this.#now) : null;
    this.#now = { title, content, what };
    this.#draw();
    if (focus) this.#title.focus();
  }

  /** On narrow screens the panel would cover the talk, so that it opens only when asked for. */
  get staysBeside() {
    return !narrow.matches;
  }

  close() {
    if (!this.isOpen) return;
    const within = this.element.contains(document.activeElement);
    this.element.hidden = true;
    this.#now = this.#below = null;
    if (within && this.#opener?.isConnected) this.#opener.focus();
  }

  #goBack() {
    this.#now = this.#below;
    this.#below = null;
    this.#draw();
    this.#title.focus();
  }

  #draw() {
    this.element.hidden = false;
    this.#back.hidden = this.#below === null;
    this.#title.textContent = this.#now.title;
    this.#body.replaceChildren(...[this.#now.content].flat());
    this.#body.scrollTop = 0;
  }
}
