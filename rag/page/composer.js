// Where questions are typed, and how they are to be answered.
import { button, h, icon } from "./dom.js";
import { t } from "./i18n.js";
import { recall, remember } from "./storage.js";

export class Composer {
  #send = h("button", { type: "submit", class: "send main-button" }, icon("send"), h("span", {}, t("send")));
  #stop = button(t("stop"), { name: "stop", class: "send plain-button", hidden: true });
  #answerer = h("select", { "aria-label": t("answerer") });
  #strict = h("input", { type: "checkbox", checked: recall("strict") === "yes" });
  #asOf = h("input", { type: "date" });

  /** `ask(question)` is called with what was typed, `stop()` to end the answer at work. */
  constructor({ ask, stop, answerers }) {
    this.input = h("textarea", {
      rows: "1",
      "aria-label": t("question"),
      placeholder: t("placeholder"),
      enterkeyhint: "send",
      onkeydown: (event) => this.#key(event),
    });
    this.#stop.addEventListener("click", stop);
    this.#strict.addEventListener("change", () => remember("strict", this.#strict.checked ? "yes" : "no"));
    this.#offer(answerers);
    const submit = (event) => {
      event.preventDefault();
      this.#submit(ask);
    };
    this.form = h(
      "form",
      { onsubmit: submit },
      h("div", { class: "box" }, this.input, this.#stop, this.#send),
      this.#options(),
    );
    this.element = h("div", { class: "compose" }, this.form);
  }

  get options() {
    return { answerer: this.#answerer.value || "auto", strict: this.#strict.checked, asOf: this.#asOf.value || null };
  }

  /** While an answer is at work there is a button to stop it instead of one to ask. */
  working(is) {
    const hadFocus = document.activeElement === this.#stop;
    this.#stop.hidden = !is;
    this.#send.hidden = is;
    if (hadFocus && !is) this.input.focus();
  }

  #offer(answerers) {
    const known = ["auto", ...answerers];
    const wanted = recall("answerer");
    for (const name of known) {
      const words = { auto: "answerer.auto", llm: "answerer.llm", quotes: "answerer.quotes" }[name];
      this.#answerer.append(h("option", { value: name, selected: name === wanted }, words ? t(words) : name));
    }
    this.#answerer.addEventListener("change", () => remember("answerer", this.#answerer.value));
  }

  #options() {
    return h(
      "details",
      {},
      h("summary", { class: "quiet small" }, t("options")),
      h(
        "div",
        { class: "options" },
        h("label", {}, h("span", {}, t("answeredBy")), this.#answerer),
        h("label", {}, h("span", {}, t("asOf")), this.#asOf),
        h("label", {}, this.#strict, h("span", {}, t("strict"))),
      ),
    );
  }

  #key(event) {
    const composing = event.isComposing || event.keyCode === 229; // Safari ends a composition before its key
    if (event.key !== "Enter" || event.shiftKey || composing) return;
    event.preventDefault();
    this.form.requestSubmit();
  }

  #submit(ask) {
    const question = this.input.value.trim();
    if (!question || !this.#stop.hidden) return;
    this.input.value = "";
    ask(question);
  }
}
