// Turns a chart into ECharts' options, in the page's own colours and for the width it has.
import type { EChartsCoreOption } from "echarts/core";

import { type Axis, type Chart, type Mark, instant, write, writeWhole, writeX } from "./chart";
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

function lineChart(chart: Chart, colours: Colours, width: number): EChartsCoreOption {
  const several = chart.series.length > 1;
  return {
    grid: { left: 8, right: 14, top: several ? 46 : 28, bottom: chart.x.kind === "number" ? 24 : 8, containLabel: true },
    legend: several ? { top: 0, right: 0, itemWidth: 18, itemHeight: 8, textStyle: { color: colours("ink-2"), fontSize: 11.5 } } : undefined,
    xAxis: { ...axis(chart.x, colours, width, true), boundaryGap: chart.kind === "bars" ? ["3%", "3%"] : false, ...(chart.x.kind === "category" && { boundaryGap: true }) },
    yAxis: axis(chart.y, colours, width, false),
    series: lines(chart, colours),
    tooltip: {
      ...tooltip(colours),
      trigger: "axis",
      axisPointer: { lineStyle: { color: colours("ink-3") }, type: chart.kind === "bars" ? "shadow" : "line" },
      formatter: (points: { value: [number | string, number | null]; seriesName: string }[]) =>
        tip(
          writeX(xOf(points[0]!.value[0], chart.x), chart.x),
          points.map((point) => [point.seriesName, writeWhole(point.value[1], chart.y.unit)]),
        ),
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
  const kind = chart.kind === "scatter" ? scatter(chart, colours, width) : lineChart(chart, colours, width);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  return { useUTC: true, animation: !still, animationDuration: 260, textStyle: { fontFamily: font, color: colours("ink") }, ...kind };
}
