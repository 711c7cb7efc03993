// Spans of a text, in code points as the server counts them.

/**
 * Where in the source the span `[start, end)` of the cleaned text came from, or null where there is no single place.
 * `rows` are the server's `source_map`: `[length, source start, source end]`, tiling the cleaned text.
 */
export function inSource(rows, start, end) {
  let at = 0;
  let low = null;
  let high = null;
  for (const [length, from, to] of rows) {
    const first = Math.max(start, at);
    const last = Math.min(end, at + length);
    if (first < last && to > from) {
      const copied = to - from === length;
      const [a, b] = copied ? [from + first - at, from + last - at] : [from, to];
      if (high !== null && a < high) return null;
      low ??= a;
      high = b;
    }
    at += length;
  }
  return low === null ? null : { start: low, end: high };
}

/** Cut `[0, length)` wherever a span begins or ends: `[{start, end, layers}]`, with the spans that cover each piece. */
export function pieces(length, spans) {
  const used = spans.filter((span) => span.start < span.end && span.start < length);
  const cuts = new Set([0, length]);
  for (const span of used) cuts.add(span.start).add(Math.min(span.end, length));
  const edges = [...cuts].sort((one, other) => one - other);
  const waiting = [...used].sort((one, other) => one.start - other.start);
  const out = [];
  let open = [];
  for (let index = 0; index + 1 < edges.length; index += 1) {
    const [start, end] = [edges[index], edges[index + 1]];
    open = open.filter((span) => span.end > start);
    while (waiting.length && waiting[0].start <= start) open.push(waiting.shift());
    out.push({ start, end, layers: [...open] });
  }
  return out;
}
