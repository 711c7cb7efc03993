// Conversations, kept in this browser only: one entry each, the oldest go when there are too many.
import { forget, kept, recall, remember } from "./storage.js";

const START = "talk.";
const MOST = 60;

export function newSession() {
  return { id: crypto.getRandomValues(new Uint32Array(2)).join(""), title: "", changed: Date.now(), turns: [] };
}

/** All kept conversations, the last used first. */
export function sessions() {
  return kept(START)
    .map(read)
    .filter((session) => session !== null)
    .sort((one, other) => other.changed - one.changed);
}

export const session = (id) => read(START + id);

function read(name) {
  try {
    const found = JSON.parse(recall(name));
    return found && Array.isArray(found.turns) ? found : null;
  } catch {
    return null;
  }
}

/** Keep a conversation; others make room for it, the oldest first. */
export function keep(one) {
  one.changed = Date.now();
  const oldest = sessions().filter((known) => known.id !== one.id).reverse();
  for (const known of oldest.splice(0, Math.max(0, oldest.length - MOST + 1))) drop(known.id);
  const text = JSON.stringify({ ...one, turns: one.turns.map(slim) });
  while (!remember(START + one.id, text) && oldest.length) drop(oldest.shift().id);
}

export const drop = (id) => forget(START + id);

/** A turn without what only explains the ranking: it is most of the bytes. */
function slim(turn) {
  const { stop: _stop, ...plain } = turn;
  if (!plain.answer) return plain;
  const { features: _features, hits: _hits, ...trace } = plain.answer.trace;
  return { ...plain, answer: { ...plain.answer, trace } };
}
