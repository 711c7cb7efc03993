// Questions to the reader. The browser's own dialog keeps the focus inside and closes on Escape.
import { button, h } from "./dom.js";
import { t } from "./i18n.js";

/** True when the reader agrees. */
export function confirmed(question, agree) {
  const form = h(
    "form",
    { method: "dialog" },
    h("p", { id: "dialog-words" }, question),
    h(
      "div",
      { class: "buttons" },
      h("button", { value: "", class: "plain-button", autofocus: true }, t("cancel")),
      h("button", { value: "yes", class: "danger-button" }, agree),
    ),
  );
  return asked(form, "dialog-words").then((answer) => answer === "yes");
}

/** The key that the reader types, or null. */
export async function keyFromReader() {
  const input = h("input", { type: "password", id: "dialog-key", autocomplete: "off", required: true, autofocus: true });
  const form = h(
    "form",
    { method: "dialog" },
    h("h2", { id: "dialog-words" }, t("keyTitle")),
    h("p", {}, t("keyLine")),
    h("label", { for: "dialog-key" }, t("key")),
    input,
    h(
      "div",
      { class: "buttons" },
      button(t("cancel"), { class: "plain-button", onclick: () => form.parentElement.close("") }),
      h("button", { value: "yes", class: "main-button" }, t("keyUse")),
    ),
  );
  return (await asked(form, "dialog-words")) === "yes" ? input.value.trim() || null : null;
}

function asked(form, labelledBy) {
  const dialog = h("dialog", { "aria-labelledby": labelledBy }, form);
  const opener = document.activeElement;
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
      resolve(dialog.returnValue);
    });
  });
}
