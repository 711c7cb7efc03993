// Which language the interface speaks. Answers and articles keep their own.
import { en } from "./words.en.js";
import { zh } from "./words.zh.js";
import { recall, remember } from "./storage.js";

const WORDS = { zh, en };
const NAMES = { zh: "zh-CN", en: "en" };

let language = recall("language");
if (!(language in WORDS)) language = navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";

/** The words for `key`, with `{name}` replaced by `values.name`. */
export function t(key, values = {}) {
  const words = WORDS[language][key];
  if (words === undefined) throw new Error(`there are no words for ${key}`);
  return words.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/** The words for one of the server's fixed terms, or the term itself where it is new. */
export const term = (group, name) => WORDS[language][`${group}.${name}`] ?? name;

/** The other language, as its name and code. */
export const other = () => (language === "zh" ? { code: "en", name: "English" } : { code: "zh", name: "中文" });

export const number = (value) => new Intl.NumberFormat(NAMES[language]).format(value);

export function useLanguage(code = language) {
  language = code;
  document.documentElement.lang = NAMES[code];
  document.title = t("title");
}

export function chooseLanguage(code) {
  remember("language", code);
  useLanguage(code);
}
