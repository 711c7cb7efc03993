// The page: where to go on the left, one view in the middle, the panel on the right.
import { getJson, setKeyAsker } from "./api.js";
import { Card } from "./card.js";
import { Chat } from "./chat.js";
import { corpusView } from "./corpus.js";
import { confirmed, keyFromReader } from "./dialogs.js";
import { button, h, icon } from "./dom.js";
import { chooseLanguage, other, t, useLanguage } from "./i18n.js";
import { Panel } from "./panel.js";
import { drop, newSession, session, sessions } from "./sessions.js";
import { statusView } from "./status.js";
import { forget, recall, remember } from "./storage.js";

const THEMES = ["auto", "light", "dark"];
const VIEWS = { "": "ask", chat: "ask", articles: "articles", status: "status" };

const app = document.getElementById("app");
let page = null; // what the views share
let chat = null; // outlives a look at the articles, so that an answer at work goes on
let answerers = [];

async function start() {
  setKeyAsker(keyFromReader);
  useLanguage();
  draw();
  addEventListener("hashchange", show);
  addEventListener("keydown", escape);
  try {
    const { data } = await getJson("/v1/models");
    answerers = data.map((model) => model.id.replace(/^jushi-?/, "")).filter(Boolean);
  } catch {
    return; // the welcome says what is wrong; answering goes on without a choice
  }
  page.answerers = answerers;
  if (chat && !chat.session.turns.length) show({ anew: true });
}

/** Build the page, anew where the language changes. */
function draw() {
  const panel = new Panel();
  const card = new Card();
  const live = h("div", { class: "unseen", role: "status", "aria-live": "polite" });
  page = {
    panel,
    card,
    answerers,
    announce: (words) => {
      live.textContent = words;
    },
    talkChanged: () => {
      if (location.hash !== talkHash() && view() === "ask") history.replaceState(null, "", talkHash());
      drawTalks();
    },
  };
  app.replaceChildren(
    side(),
    h("div", { class: "shade", onclick: closeSide }),
    h("div", { class: "middle" }, top(), h("main", { id: "content" })),
    panel.element,
    card.element,
    live,
  );
  show({ anew: true });
}

const talkHash = () => `#/chat/${chat.session.id}`;
const route = () => location.hash.replace(/^#\/?/, "").split("/");
const view = () => VIEWS[route()[0]] ?? "ask";

/** Show what the address names. */
function show({ anew = false } = {}) {
  const main = app.querySelector("main");
  page.card.close();
  if (view() === "articles") main.replaceWith(corpusView(page));
  else if (view() === "status") main.replaceWith(statusView());
  else main.replaceWith(talk(anew === true).element);
  if (view() !== "ask") page.panel.close();
  closeSide();
  drawTalks();
  for (const link of app.querySelectorAll(".side .go")) {
    if (link.dataset.view === view()) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (view() === "ask") chat.focus();
  else app.querySelector("main h1")?.focus();
}

/** The conversation that the address names; the one at work stays as it is. */
function talk(anew) {
  const id = route()[1];
  const wanted = id && id !== chat?.session.id ? session(id) : null;
  if (wanted) chat = new Chat(page, wanted);
  else if (!chat) chat = new Chat(page, newSession());
  else if (anew) chat = new Chat(page, chat.session);
  return chat;
}

function newTalk() {
  chat = new Chat(page, newSession());
  page.panel.close();
  if (location.hash === "#/") show();
  else location.hash = "#/";
}

function brand() {
  return h("a", { class: "brand", href: "#/" }, h("span", { class: "seal", "aria-hidden": "true" }, "据"), t("title"));
}

function top() {
  const menu = button(t("menu"), { name: "menu", bare: true, class: "quiet-button", onclick: openSide });
  const fresh = button(t("newTalk"), { name: "add", bare: true, class: "quiet-button", onclick: newTalk });
  return h("header", { class: "top" }, menu, brand(), fresh);
}

function side() {
  const go = (name, href, drawing) =>
    h("li", {}, h("a", { class: "go", href, "data-view": name }, icon(drawing), h("span", {}, t(name))));
  const links = h("ul", { class: "views" }, go("ask", "#/", "ask"), go("articles", "#/articles", "articles"), go("status", "#/status", "status"));
  return h(
    "nav",
    { class: "side", "aria-label": t("navigation") },
    brand(),
    button(t("newTalk"), { name: "add", class: "new plain-button", onclick: newTalk }),
    links,
    h("section", { class: "kept", "aria-labelledby": "kept" }, h("h2", { id: "kept" }, t("keptTalks")), h("ul", {})),
    h("div", { class: "ways" }, themeButton(), languageButton()),
  );
}

function drawTalks() {
  const list = app.querySelector(".kept ul");
  const rows = sessions().map((one) => {
    const now = view() === "ask" && one.id === chat?.session.id;
    const title = one.title || t("newTalk");
    return h(
      "li",
      { class: now ? "now" : null },
      h("a", { href: `#/chat/${one.id}`, title, "aria-current": now ? "true" : null }, title),
      button(t("deleteTalk", { title }), { name: "bin", bare: true, onclick: () => removeTalk(one) }),
    );
  });
  list.replaceChildren(...rows);
  list.parentElement.hidden = !rows.length;
  app.querySelector(".side").classList.toggle("bare", !rows.length);
}

async function removeTalk(one) {
  if (!(await confirmed(t("deleteTalkSure"), t("delete")))) return;
  if (one.id === chat?.session.id) {
    chat.stop();
    drop(one.id);
    newTalk();
  } else drop(one.id);
  drawTalks();
}

function themeButton() {
  const names = { auto: "themeAuto", light: "themeLight", dark: "themeDark" };
  const now = () => (THEMES.includes(recall("theme")) ? recall("theme") : "auto");
  const element = button(t(names[now()]), { name: "theme", class: "quiet-button" });
  const label = () => {
    element.lastChild.textContent = t(names[now()]);
    element.setAttribute("aria-label", t("theme", { theme: t(names[now()]) }));
  };
  label();
  element.addEventListener("click", () => {
    const next = THEMES[(THEMES.indexOf(now()) + 1) % THEMES.length];
    if (next === "auto") forget("theme");
    else remember("theme", next);
    if (next === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    label();
  });
  return element;
}

function languageButton() {
  const { code, name } = other();
  const change = () => {
    chooseLanguage(code);
    draw();
    app.querySelector(".ways [lang]").focus();
  };
  return button(name, { name: "language", class: "quiet-button", lang: code, onclick: change });
}

function openSide() {
  app.querySelector(".side").classList.add("open");
  app.querySelector(".side .go").focus();
}

function closeSide() {
  app.querySelector(".side")?.classList.remove("open");
}

/** Escape closes what lies on top. */
function escape(event) {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (page.card.isOpen) page.card.close();
  else if (app.querySelector(".side.open")) {
    closeSide();
    app.querySelector(".top button").focus();
  } else page.panel.close();
}

start();
