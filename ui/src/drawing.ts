// Turns a chart into ECharts' options, in the page's own colours and for the width it has.
import type { EChartsCoreOption } from "echarts/core";

import { type Axis, type Chart, type Mark, type Series, instant, write, writeWhole, writeX } from "./chart";
import { make } from "./dom";

export type Colours = (token: string) => string;

/** Reads tokens as the browser resolves them in the current theme. */
export function coloursOf(element: HTMLElement): Colours {
  const probe = make("span", { hidden: "" });
  element.append(probe);
  const known = new Map<string, string>();
  const read = (token: string): string => {
    probe.style.color = `var(--${token})`;
    return getComputedStyle(probe).color;
  };
  for (const token of TOKENS) known.set(token, read(token));
  probe.remove();
  return (token) => known.get(token) ?? known.get("ink-3")!;
}

const TOKENS = ["ink", "ink-2", "ink-3", "line", "line-strong", "surface", "raised", "sunken", "accent", "outcome", "experience", "good", "watch", "risk"];
const BANDS = {
  good: { symbol: "circle", tone: "good", grow: 1 },
  fair: { symbol: "diamond", tone: "watch", grow: 1.25 },
  poor: { symbol: "triangle", tone: "risk", grow: 1.1 },
  "": { symbol: "emptyCircle", tone: "ink-3", grow: 1 },
} as const;

function axis(of: Axis, colours: Colours, width: number, isX: boolean): Record<string, unknown> {
  const type = { number: "value", date: "time", category: "category" }[of.kind];
  return {
    type,
    min: of.low ?? undefined,
    max: of.high ?? undefined,
    name: name(of, isX),
    nameLocation: "end",
    nameGap: isX ? 0 : 12,
    nameTextStyle: { color: colours("ink-2"), fontSize: 11.5, align: isX ? "right" : "left", verticalAlign: isX ? "top" : "bottom", padding: isX ? [22, 0, 0, 0] : [0, 0, 0, -30] },
    interval: of.low !== null && of.high !== null ? (of.high - of.low) / (width < 480 ? 2 : 4) : undefined,
    splitNumber: isX ? Math.max(2, Math.floor(width / 110)) : 4,
    axisLine: { show: isX, lineStyle: { color: colours("line-strong") } },
    axisTick: { show: false },
    splitLine: { show: !isX, lineStyle: { color: colours("line") } },
    axisLabel: { color: colours("ink-2"), fontSize: 11.5, hideOverlap: true, ...labels(of) },
  };
}

function name(of: Axis, isX: boolean): string {
  if (isX && of.kind !== "number") return "";
  const isSaid = ["", "share", of.name.toLowerCase()].includes(of.unit) || /^[A-Z]{3}$/.test(of.unit);
  const unit = isSaid ? "" : `, ${of.unit}`;
  return isX ? `${of.name}${unit} →` : `↑ ${of.name}${unit}`;
}

function labels(of: Axis): Record<string, unknown> {
  if (of.kind === "date") return { formatter: { year: "{yyyy}", month: "{MMM}", day: "{d} {MMM}", hour: "{HH}:{mm}" } };
  return of.kind === "number" ? { formatter: (value: number) => write(value, of.unit) } : {};
}

function tip(title: string, facts: [string, string][]): HTMLElement {
  const lines = facts.map(([label, value]) => make("span", {}, label, make("i", {}, value)));
  return make("div", { class: "tip" }, make("b", {}, title), ...lines);
}

function tooltip(colours: Colours): Record<string, unknown> {
  return { backgroundColor: colours("raised"), borderColor: colours("line-strong"), padding: [8, 12], confine: true, transitionDuration: 0 };
}

function lines(chart: Chart, colours: Colours): Record<string, unknown>[] {
  return chart.series.map((series, at) => ({
    type: chart.kind === "bars" ? "bar" : "line",
    name: series.name,
    data: series.points.map(([x, y]) => [chart.x.kind === "date" ? instant(x) : x, y]),
    color: colours(series.tone),
    lineStyle: { width: 2, type: at ? (at % 2 ? [6, 3] : "dotted") : "solid" },
    step: chart.kind === "steps" ? "end" : undefined,
    areaStyle: chart.kind === "area" ? { opacity: 0.14 } : undefined,
    showSymbol: series.points.length < 3,
    symbol: ["circle", "diamond", "triangle", "rect"][at % 4],
    symbolSize: 6,
    barMaxWidth: 34,
    itemStyle: chart.kind === "bars" ? { borderRadius: chart.stacked ? 0 : [3, 3, 0, 0] } : {},
    stack: chart.stacked ? "all" : undefined,
  }));
}

const DASHES = { "": "solid", steps: "solid", dashed: [5, 4], dotted: "dotted" } as const;

/** How a line is drawn that says so itself, and the marks of the first one. */
function shaped(chart: Chart, colours: Colours, series: Record<string, unknown>[]): Record<string, unknown>[] {
  chart.series.forEach(({ shape, ends, tone }, at) => {
    const own = series[at]!;
    if (shape) Object.assign(own, { lineStyle: { width: shape === "dotted" ? 1.6 : 2, type: DASHES[shape] }, step: shape === "steps" ? "end" : undefined });
    if (ends) own["endLabel"] = { show: true, color: colours(tone), fontWeight: 560, formatter: ({ value }: { value: [number, number] }) => write(value[1], chart.y.unit) };
  });
  if (chart.now && series[0]) series[0]["markLine"] = { silent: true, symbol: "none", lineStyle: { color: colours("line-strong"), type: "solid" }, label: { formatter: "today", color: colours("ink-2"), fontSize: 11.5 }, data: [{ xAxis: instant(chart.now) }] };
  return series;
}

/** The ground between two lines: the lower one unseen, and on it what the upper one has more. */
function between(chart: Chart, colours: Colours): Record<string, unknown>[] {
  const [low, high] = chart.between;
  if (!low || !high) return [];
  const line = { type: "line", stack: "between", symbol: "none", silent: true, lineStyle: { opacity: 0 }, tooltip: { show: false } };
  const x = (at: string | number): string | number => (chart.x.kind === "date" ? instant(at) : at);
  return [
    { ...line, data: low.points.map(([at, y]) => [x(at), y]) },
    { ...line, areaStyle: { color: colours(high.tone), opacity: 0.16 }, data: high.points.map(([at, y], place) => [x(at), (y ?? 0) - (low.points[place]?.[1] ?? 0)]) },
  ];
}

/** What a tip says: each line's value there, and the ends of the ground. */
function told(chart: Chart, points: { value: [number | string, number | null]; seriesName: string }[]): [string, string][] {
  const known = new Set(chart.series.map((one) => one.name)), x = points[0]!.value[0];
  const at = (one: Series): number | null => one.points.find(([there]) => (chart.x.kind === "date" ? instant(there) : there) === x)?.[1] ?? null;
  const lines = points.filter((point) => known.has(point.seriesName)).map((point): [string, number | null] => [point.seriesName, point.value[1]]);
  const ends = chart.between.map((one): [string, number | null] => [one.name, at(one)]).filter(([, y]) => y !== null);
  return [...lines, ...ends].map(([name, y]) => [name, writeWhole(y, chart.y.unit)]);
}

function lineChart(chart: Chart, colours: Colours, width: number): EChartsCoreOption {
  const several = chart.series.length > 1;
  return {
    grid: { left: 8, right: chart.series.some(({ ends }) => ends) ? 56 : 14, top: several ? 46 : 28, bottom: chart.x.kind === "number" ? 24 : 8, containLabel: true },
    legend: several ? { top: 0, right: 0, itemWidth: 18, itemHeight: 8, textStyle: { color: colours("ink-2"), fontSize: 11.5 }, data: chart.series.map((one) => one.name) } : undefined,
    xAxis: { ...axis(chart.x, colours, width, true), boundaryGap: chart.kind === "bars" ? ["3%", "3%"] : false, ...(chart.x.kind === "category" && { boundaryGap: true }) },
    yAxis: axis(chart.y, colours, width, false),
    series: [...shaped(chart, colours, lines(chart, colours)), ...between(chart, colours)],
    tooltip: {
      ...tooltip(colours),
      trigger: "axis",
      axisPointer: { lineStyle: { color: colours("ink-3") }, type: chart.kind === "bars" ? "shadow" : "line" },
      formatter: (points: { value: [number | string, number | null]; seriesName: string }[]) =>
        tip(
          writeX(xOf(points[0]!.value[0], chart.x), chart.x),
          told(chart, points),
        ),
    },
  };
}

interface Step {
  name: string;
  value: number;
  from: number;
  isTotal: boolean;
}

/** The steps of a waterfall, each from where the one before ended. */
function steps(chart: Chart): Step[] {
  let at = 0;
  return chart.series[0]!.points.map(([x, y]) => {
    const isTotal = chart.totals.includes(String(x)), value = y ?? 0, from = isTotal ? 0 : at;
    at = from + value;
    return { name: String(x), value, from, isTotal };
  });
}

/** The axis begins below the lowest step, so that small steps from a large sum can be seen; bars that stand on the ground are cut there. */
function ground(found: Step[]): number {
  const ends = found.flatMap(({ from, value, isTotal }) => (isTotal ? [value] : [from, from + value]));
  const low = Math.min(...ends), high = Math.max(...ends);
  return low > 0 && high - low < high / 2 ? low - (high - low) * 0.6 : Math.min(0, low);
}

function waterfall(chart: Chart, colours: Colours, width: number): EChartsCoreOption {
  const found = steps(chart), low = ground(found);
  const tone = ({ value, isTotal }: Step): string => colours(isTotal ? "ink-3" : value < 0 ? "risk" : "good");
  const label = ({ value, isTotal }: Step): string => `${!isTotal && value > 0 ? "+" : ""}${write(value, chart.y.unit)}`;
  const bar = { type: "bar", stack: "all", barWidth: "62%", barMaxWidth: 64 };
  return {
    grid: { left: 8, right: 8, top: 28, bottom: 8, containLabel: true },
    xAxis: { ...axis(chart.x, colours, width, true), data: found.map(({ name }) => name), boundaryGap: true, axisLabel: { color: colours("ink-2"), fontSize: width < 480 ? 9.5 : 11.5, interval: 0, rotate: width < 480 ? 40 : 0 } },
    yAxis: { ...axis(chart.y, colours, width, false), min: low, ...(low > 0 && { name: `↑ ${chart.y.name}, from ${write(low, chart.y.unit)} on` }), axisLabel: { color: colours("ink-2"), fontSize: 11.5, showMinLabel: low === 0, formatter: (value: number) => write(value, chart.y.unit) } },
    series: [
      { ...bar, silent: true, itemStyle: { color: "transparent" }, data: found.map(({ from, value, isTotal }) => (isTotal ? low : Math.min(from, from + value))) },
      {
        ...bar,
        name: chart.series[0]!.name,
        label: { show: true, position: "top", color: colours("ink"), fontSize: width < 480 ? 9.5 : 11.5, formatter: ({ dataIndex }: { dataIndex: number }) => label(found[dataIndex]!) },
        data: found.map((step) => ({ value: step.isTotal ? step.value - low : Math.abs(step.value), itemStyle: { color: tone(step), borderRadius: 3 } })),
      },
    ],
    tooltip: {
      ...tooltip(colours),
      trigger: "item",
      formatter: ({ dataIndex }: { dataIndex: number }) => tip(found[dataIndex]!.name, [[chart.series[0]!.name, label(found[dataIndex]!)]]),
    },
  };
}

function xOf(x: number | string, of: Axis): number | string {
  return of.kind === "date" && typeof x === "number" ? new Date(x).toISOString() : x;
}

/** Area grows with the size; the largest mark is as wide as the room allows. */
function diameter(mark: Mark, largest: number, width: number): number {
  const most = width < 480 ? 18 : 24;
  return (largest > 0 ? 6 + (most - 6) * Math.sqrt(Math.max(mark.size, 0) / largest) : 9) * BANDS[mark.band].grow;
}

function clouds(chart: Chart, colours: Colours, width: number): Record<string, unknown>[] {
  const largest = Math.max(0, ...chart.marks.map((mark) => mark.size));
  return (["good", "fair", "", "poor"] as const).map((band) => ({
    type: "scatter",
    name: band || "no data",
    symbol: BANDS[band].symbol,
    color: colours(BANDS[band].tone),
    itemStyle: { opacity: band === "good" ? 0.6 : 0.8 },
    emphasis: { scale: 1.15, itemStyle: { opacity: 1, borderColor: colours("ink"), borderWidth: 1.5 } },
    data: chart.marks.filter((mark) => mark.band === band).map((mark) => ({ value: [mark.x, mark.y], symbolSize: diameter(mark, largest, width), mark })),
    cursor: "pointer",
  }));
}

/** The named corners: their ground below the marks, their names above them, readable on whatever lies there. */
function corners(chart: Chart, colours: Colours, width: number): Record<string, unknown>[] {
  const halo = { textBorderColor: colours("surface"), textBorderWidth: 3 };
  const names = { show: true, color: colours("ink-2"), fontWeight: 560, fontSize: width < 480 ? 11 : 12, ...halo };
  return [
    regions(chart, 0, colours("sunken"), { show: false }),
    regions(chart, 6, "transparent", names),
  ].map((markArea) => ({ type: "scatter", data: [], silent: true, markArea }));
}

function regions(chart: Chart, z: number, color: string, label: Record<string, unknown>): Record<string, unknown> {
  return {
    silent: true,
    z,
    itemStyle: { color },
    label,
    data: chart.regions.map(({ text, x, y }) => [
      { name: text, coord: [x[0], y[0]], label: { position: x[0] > (chart.x.low ?? 0) ? "insideBottomRight" : "insideTopLeft" } },
      { coord: [x[1], y[1]] },
    ]),
  };
}

function scatter(chart: Chart, colours: Colours, width: number): EChartsCoreOption {
  return {
    grid: { left: 8, right: 18, top: 28, bottom: 24, containLabel: true },
    xAxis: axis(chart.x, colours, width, true),
    yAxis: { ...axis(chart.y, colours, width, false), splitLine: { show: false }, axisLine: { show: true, lineStyle: { color: colours("line-strong") } } },
    series: [...corners(chart, colours, width), ...clouds(chart, colours, width)],
    tooltip: {
      ...tooltip(colours),
      trigger: "item",
      formatter: ({ data: { mark } }: { data: { mark: Mark } }) =>
        tip(mark.name, [
          [chart.x.name, writeWhole(mark.x, chart.x.unit)],
          [chart.y.name, writeWhole(mark.y, chart.y.unit)],
          ["Band", mark.band || "no data"],
          ...(chart.size_name ? [[chart.size_name, writeWhole(mark.size, chart.size_unit)] as [string, string]] : []),
        ]),
    },
  };
}

/** ECharts' options for a chart. */
export function options(chart: Chart, colours: Colours, width: number, font: string): EChartsCoreOption {
  const draw = chart.kind === "scatter" ? scatter : chart.kind === "waterfall" ? waterfall : lineChart;
  const kind = draw(chart, colours, width);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  return { useUTC: true, animation: !still, animationDuration: 260, textStyle: { fontFamily: font, color: colours("ink") }, ...kind };
}
