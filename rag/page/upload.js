// Files on their way into the store: one after the other, each with its progress and with what became of it.
import { fault, getJson, keyHeaders, renewKey } from "./api.js";
import { button, h } from "./dom.js";
import { number, term, t } from "./i18n.js";
import { said } from "./source.js";

const LOOK_AGAIN = 400; // milliseconds between two looks at a job
const GOOD = new Set(["added", "revised", "unchanged"]);

export class Uploads {
  #input = h("input", { type: "file", multiple: true, hidden: true, "aria-hidden": "true" });
  #drop = h("p", { class: "drop" }, t("dropHere"));
  #list = h("ul", { class: "uploads", "aria-label": t("uploads") });
  #line = Promise.resolve();

  /** `changed()` is called whenever the store has something new. */
  constructor(page, changed) {
    this.page = page;
    this.changed = changed;
    this.button = button(t("upload"), { name: "add", class: "main-button", onclick: () => this.#input.click() });
    this.#input.addEventListener("change", () => {
      this.#take([...this.#input.files]);
      this.#input.value = "";
    });
    this.element = h("div", {}, this.#input, this.#drop, this.#list);
  }

  /** Files dropped anywhere on `element` are uploaded. */
  acceptDrops(element) {
    const over = (is) => (event) => {
      event.preventDefault();
      this.#drop.classList.toggle("over", is);
    };
    element.addEventListener("dragover", over(true));
    element.addEventListener("dragleave", over(false));
    element.addEventListener("drop", (event) => {
      over(false)(event);
      this.#take([...event.dataTransfer.files]);
    });
  }

  #take(files) {
    if (!files.length) return;
    const rows = files.map((file) => {
      const row = new Row(file.name);
      this.#list.append(row.element);
      return row;
    });
    this.#line = this.#line.then(() => this.#sendAll(files, rows));
  }

  async #sendAll(files, rows) {
    let [good, bad] = [0, 0];
    for (const [index, file] of files.entries()) {
      const results = await upload(file, rows[index]);
      good += results.filter((result) => GOOD.has(result.status)).length;
      bad += results.filter((result) => !GOOD.has(result.status)).length;
    }
    this.page.announce(t("uploadsDone", { good, bad }));
    await this.changed();
  }
}

/** Send one file and show what became of it; gives the results, one for each article in the file. */
async function upload(file, row) {
  try {
    let answer = await sent(file, (part) => row.progress(t("sending"), part));
    row.progress(t("reading"), null);
    while (answer.object === "job" && !answer.results?.length && !["done", "failed"].includes(answer.status)) {
      row.progress(t("reading"), answer.total ? answer.done / answer.total : null);
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN));
      answer = await getJson(`/v1/jobs/${encodeURIComponent(answer.id)}`);
    }
    if (answer.error) throw fault(answer, 200);
    row.finish(answer.results ?? []);
    return answer.results ?? [];
  } catch (error) {
    const results = [{ name: file.name, status: "rejected", error: said(error) }];
    row.finish(results);
    return results;
  }
}

/** The answer to an upload. XMLHttpRequest, since fetch tells nothing of how much was sent. */
function sent(file, progress) {
  const form = new FormData();
  form.append("files", file, file.name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/v1/documents");
    request.responseType = "json";
    for (const [name, value] of Object.entries(keyHeaders())) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onerror = () => reject(fault({ error: { message: "", code: "unreachable" } }, 0));
    request.onload = async () => {
      if (request.status === 401 && (await renewKey())) resolve(sent(file, progress));
      else if (request.status >= 400) reject(fault(request.response, request.status));
      else resolve(request.response);
    };
    request.send(form);
  });
}

class Row {
  #state = h("span", { class: "quiet small" }, t("waiting"));
  #bar = h("progress", { max: "1", value: "0" });
  #results = h("div", {});

  constructor(name) {
    this.#bar.setAttribute("aria-label", name);
    const head = h("div", { class: "file" }, h("span", { class: "name" }, name), this.#state);
    this.element = h("li", {}, head, this.#bar, this.#results);
  }

  progress(words, part) {
    this.#state.textContent = words;
    if (part === null) this.#bar.removeAttribute("value");
    else this.#bar.value = part;
  }

  finish(results) {
    this.#bar.remove();
    this.#state.replaceChildren();
    this.#results.replaceChildren(...results.flatMap(outcome));
  }
}

/** What became of one article: its status, and what was mended and left out. */
function outcome(result) {
  const chip = { rejected: "unsupported", unchanged: "", revised: "supported" }[result.status] ?? "exact";
  const facts = [
    h("span", { class: `chip ${chip}` }, term("ingest", result.status)),
    result.title ? h("span", { lang: "zh" }, ` ${result.title}`) : null,
    result.passages ? h("span", { class: "quiet small" }, ` · ${t("passages", { count: result.passages })}`) : null,
  ];
  const mended = (result.repairs ?? []).map(({ kind, count }) => t("counted", { name: term("repair", kind), count }));
  const left = (result.removed ?? []).map(({ reason, count, characters }) =>
    t("countedCharacters", { name: term("removed", reason), count, characters: number(characters) }),
  );
  const damaged = Array.isArray(result.damaged) ? result.damaged.length : result.damaged;
  const fault = result.error?.message ?? result.error;
  return [
    h("p", {}, facts),
    mended.length ? h("p", { class: "small" }, t("repairs", { list: mended.join(", ") })) : null,
    left.length ? h("p", { class: "small quiet" }, t("leftOut", { list: left.join(", ") })) : null,
    damaged ? h("p", { class: "small" }, t("listDamaged", { count: damaged })) : null,
    fault ? h("p", { class: "small fault" }, fault) : null,
  ].filter(Boolean);
}
