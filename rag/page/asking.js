// One question on its way: what the stream brings becomes the turn that the talk shows and keeps.
import { completion } from "./api.js";

/** A question that was not answered yet. */
export function newTurn(question, options) {
  return { question, options, asked: Date.now(), state: "waiting", results: null, content: "", answer: null };
}

/** The conversation before a turn, as the server takes it; turns without an answer are left out. */
export function messages(earlier, question) {
  const said = earlier.filter((turn) => turn.answer).flatMap((turn) => [
    { role: "user", content: turn.question },
    { role: "assistant", content: spoken(turn.answer) },
  ]);
  return [...said, { role: "user", content: question }];
}

/** The words of an answer, or the sentence of its refusal. */
export const spoken = (answer) => (answer.refusal ? answer.refusal.message : answer.text);

/** Ask, and call `changed` whenever the turn has something new. `turn.stop()` ends it. */
export async function ask(turn, earlier, changed) {
  const control = new AbortController();
  turn.stop = () => control.abort();
  const began = performance.now();
  const since = () => Math.round(performance.now() - began);
  try {
    for await (const chunk of completion(body(turn, earlier), control.signal)) take(turn, chunk, since, changed);
    turn.state = "done";
  } catch (error) {
    turn.state = error.name === "AbortError" ? "stopped" : "failed";
    turn.error = { message: error.message, code: error.code ?? null };
  }
  turn.whole = since();
  delete turn.stop;
  changed();
}

function body(turn, earlier) {
  const { answerer, strict, asOf } = turn.options;
  return {
    model: "jushi",
    messages: messages(earlier, turn.question),
    ...(answerer && answerer !== "auto" ? { answerer } : {}),
    ...(strict ? { strict: "mark" } : {}),
    ...(asOf ? { as_of: asOf } : {}),
  };
}

function take(turn, chunk, since, changed) {
  const delta = chunk.choices[0]?.delta ?? {};
  if (chunk.search_results && !turn.results) {
    turn.results = chunk.search_results;
    turn.state = "writing";
    changed();
  }
  if (delta.content) {
    turn.first ??= since();
    turn.content += delta.content;
    changed();
  }
  if (delta.jushi) {
    turn.answer = delta.jushi;
    turn.links = chunk.citations ?? [];
  }
}
