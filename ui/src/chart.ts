// What a chart is made of, as the server writes it beside the drawing, and how its numbers are written.

export interface Axis {
  name: string;
  kind: "number" | "date" | "category";
  unit: string; // "share", "points", an ISO currency, or a word such as "people"
  low: number | null;
  high: number | null;
}

export interface Series {
  name: string;
  tone: string; // the name of a token: outcome, experience, accent, good, watch, risk, ink-3
  points: [string | number, number | null][];
  shape: "" | "steps" | "dashed" | "dotted";
  ends: boolean; // its last value stands beside its end
}

export interface Mark {
  name: string;
  x: number;
  y: number;
  size: number; // in the unit `size_unit`; the drawing scales it
  band: "good" | "fair" | "poor" | "";
  href: string;
}

export interface Region {
  text: string;
  x: [number, number];
  y: [number, number];
}

export interface Chart {
  kind: "line" | "steps" | "area" | "bars" | "scatter" | "waterfall"; // of steps a value holds until the next x
  title: string;
  x: Axis;
  y: Axis;
  series: Series[];
  marks: Mark[];
  regions: Region[];
  size_name: string;
  size_unit: string;
  stacked: boolean;
  between: Series[]; // two lines, low and high, with a ground between them
  now: string | null; // a day that is marked
  totals: string[]; // of a waterfall: the steps that stand on the ground
}

const plain = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });

function currency(unit: string): Intl.NumberFormat {
  return new Intl.NumberFormat("en", { style: "currency", currency: unit, currencyDisplay: "narrowSymbol", notation: "compact", maximumSignificantDigits: 3 });
}

/** A value in its unit, short enough for an axis. */
export function write(value: number, unit: string): string {
  if (unit === "share") return `${plain.format(value * 100)} %`;
  if (/^[A-Z]{3}$/.test(unit)) return currency(unit).format(value).replace("K", "k");
  return Math.abs(value) >= 10_000 ? short.format(value).replace("K", "k") : plain.format(value);
}

/** A value with its unit's name, for a tip or a table. */
export function writeWhole(value: number | null, unit: string): string {
  if (value === null) return "no data";
  const named = unit && unit !== "share" && !/^[A-Z]{3}$/.test(unit);
  return named ? `${write(value, unit)} ${unit}` : write(value, unit);
}

/** Midnight UTC of an ISO date, in milliseconds. */
export function instant(isoDate: string | number): number {
  return Date.parse(`${String(isoDate).slice(0, 10)}T00:00:00Z`);
}

export function writeX(x: string | number, axis: Axis): string {
  if (axis.kind === "date") return day.format(instant(x));
  return typeof x === "number" ? writeWhole(x, axis.unit) : x;
}

/** The rows of a chart as a table: a head, then one row per mark or per x. */
export function rows(chart: Chart): (string | number | null)[][] {
  if (chart.kind === "scatter") {
    const head = ["Name", chart.x.name, chart.y.name, "Band", ...(chart.size_name ? [chart.size_name] : [])];
    return [head, ...chart.marks.map((mark) => [mark.name, mark.x, mark.y, mark.band || "no data", ...(chart.size_name ? [mark.size] : [])])];
  }
  const known = new Map<string | number, (number | null)[]>(), lines = [...chart.series, ...chart.between];
  lines.forEach((series, at) => {
    for (const [x, y] of series.points) {
      if (!known.has(x)) known.set(x, lines.map(() => null));
      known.get(x)![at] = y;
    }
  });
  const found = [...known].map(([x, values]) => [x, ...values]);
  if (chart.x.kind === "date") found.sort(([a], [b]) => instant(a!) - instant(b!));
  return [[chart.x.name, ...lines.map((series) => series.name)], ...found];
}
