// Two small drawings in SVG. Lengths are in the units of their view boxes.
import { svg } from "./dom.js";
import { number } from "./i18n.js";

const WIDTH = 640;
const ROW = 26;
const LEFT = 130; // room for the names
const RIGHT = 90; // room for the numbers

/** A row for each stage: the 95th percentile pale, the median in front of it. */
export function bars(rows, { label, median, slowest }) {
  const most = Math.max(...rows.map((row) => row.p95), 1);
  const long = (value) => Math.max(1, ((WIDTH - LEFT - RIGHT) * value) / most);
  const height = rows.length * ROW + 24;
  const drawn = rows.map((row, index) => {
    const y = index * ROW;
    const numbers = `${short(row.p50)} / ${short(row.p95)} ms`;
    return [
      svg("text", { x: LEFT - 10, y: y + 17, "text-anchor": "end" }, row.name),
      svg("rect", { class: "p95", x: LEFT, y: y + 6, width: long(row.p95), height: 14, rx: 3 }),
      svg("rect", { class: "p50", x: LEFT, y: y + 6, width: long(row.p50), height: 14, rx: 3 }),
      svg("text", { class: "faint", x: LEFT + long(row.p95) + 8, y: y + 17 }, numbers),
    ];
  });
  return drawing(height, label, drawn, legend(height - 6, [["p50", median], ["p95", slowest]]));
}

/** Time to the first word and to the end of each answer, the oldest at the left. */
export function lines(rows, { label, first, whole }) {
  const height = 200;
  const [top, bottom, left, right] = [12, 160, 56, WIDTH - 12];
  const most = Math.max(...rows.map((row) => row.whole_ms), 1);
  const x = (index) => left + ((right - left) * index) / (rows.length - 1);
  const y = (value) => bottom - ((bottom - top) * value) / most;
  const line = (name, kind) => {
    const known = rows.map((row, index) => [index, row[name]]).filter(([, value]) => value !== null);
    const at = known.map(([index, value]) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`);
    const dots = known.map(([index, value]) => svg("circle", { class: kind, cx: x(index), cy: y(value), r: 2.5 }));
    return [svg("polyline", { class: `line ${kind}`, points: at.join(" ") }), dots];
  };
  const axis = [0, 0.5, 1].map((part) => [
    svg("line", { class: "axis", x1: left, x2: right, y1: y(most * part), y2: y(most * part) }),
    svg("text", { class: "faint", x: left - 8, y: y(most * part) + 4, "text-anchor": "end" }, short(most * part)),
  ]);
  const names = legend(height - 8, [["p50", whole], ["p95", first]]);
  return drawing(height, label, axis, line("whole_ms", "p50"), line("first_ms", "p95"), names);
}

const short = (value) => number(value < 10 ? Math.round(value * 10) / 10 : Math.round(value));

function legend(y, entries) {
  return entries.map(([kind, words], index) => [
    svg("rect", { class: kind, x: LEFT + index * 150, y: y - 9, width: 10, height: 10, rx: 2 }),
    svg("text", { class: "faint", x: LEFT + 16 + index * 150, y }, words),
  ]);
}

function drawing(height, label, ...content) {
  return svg("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": label }, ...content);
}
