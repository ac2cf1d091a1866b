// Draws every [data-chart] as SVG from the JSON beside it (in a template: htmx drops scripts from parts), redraws it for its width and theme, and gives it
// away as PNG, SVG and CSV. Loaded only where a chart stands.
import { BarChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { type ECElementEvent, type ECharts, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

import { type Chart, type Mark, rows, writeWhole, writeX } from "./chart";
import { all, find, make } from "./dom";
import { coloursOf, options } from "./drawing";
import { onTheme } from "./theme";

use([BarChart, LineChart, ScatterChart, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent, SVGRenderer]);

interface Drawn {
  figure: HTMLElement;
  chart: Chart;
  canvas: HTMLElement;
  picture: ECharts;
  width: number; // as drawn, in pixels
}

const drawn = new Map<HTMLElement, Drawn>();

function optionsFor({ chart, canvas, figure }: Drawn): ReturnType<typeof options> {
  return options(chart, coloursOf(figure), canvas.clientWidth, getComputedStyle(figure).fontFamily);
}

function redraw(one: Drawn): void {
  if (!one.canvas.clientWidth) return;
  one.width = one.canvas.clientWidth;
  one.picture.resize({ silent: true });
  one.picture.setOption(optionsFor(one), { notMerge: true });
}

function save(name: string, content: Blob): void {
  const link = make("a", { href: URL.createObjectURL(content), download: name }) as HTMLAnchorElement;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const fileName = (chart: Chart, kind: string): string => `${chart.title.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "")}.${kind}`;

/** A cell of a CSV file; a text that a spreadsheet would run as a formula is made harmless. */
function cell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function saveCsv({ chart }: Drawn): void {
  const text = rows(chart).map((row) => row.map(cell).join(",")).join("\r\n");
  save(fileName(chart, "csv"), new Blob(["\ufeff", text, "\r\n"], { type: "text/csv" }));
}

async function savePng(one: Drawn): Promise<void> {
  const { paint } = await import("./png");
  save(fileName(one.chart, "png"), await paint(optionsFor(one), one.canvas, coloursOf(one.figure)("surface")));
}

/** The drawing as it stands, as a file of its own: with its ground, in the page's colours and letters. */
function saveSvg(one: Drawn): void {
  const { clientWidth: width, clientHeight: height } = one.canvas;
  const sheet = init(null, null, { renderer: "svg", ssr: true, width: width || 860, height: height || 300 });
  sheet.setOption({ ...optionsFor(one), animation: false, backgroundColor: coloursOf(one.figure)("surface") });
  save(fileName(one.chart, "svg"), new Blob([sheet.renderToSVGString()], { type: "image/svg+xml" }));
  sheet.dispose();
}

function written(chart: Chart, value: string | number | null, column: number, row: number): string {
  if (!row || chart.kind === "scatter") return scatterCell(chart, value, column);
  return column ? writeWhole(value as number | null, chart.y.unit) : writeX(value as string, chart.x);
}

function scatterCell(chart: Chart, value: string | number | null, column: number): string {
  const units = ["", chart.x.unit, chart.y.unit, "", chart.size_unit];
  return typeof value === "number" ? writeWhole(value, units[column] ?? "") : (value ?? "");
}

/** A cell; the name of a mark leads where the mark does. */
function tableCell(chart: Chart, value: string | number | null, column: number, row: number): HTMLElement {
  const text = written(chart, value, column, row);
  if (!row) return make("th", { scope: "col", class: column ? "r" : "" }, text);
  const href = column ? "" : (chart.marks[row - 1]?.href ?? "");
  return make("td", { class: column ? "r num" : "" }, href ? make("a", { href }, text) : text);
}

function tableOf(chart: Chart): HTMLElement {
  const [head, ...body] = rows(chart).map((row, at) => make("tr", {}, ...row.map((value, column) => tableCell(chart, value, column, at))));
  return make("table", {}, make("caption", { class: "sr" }, chart.title), make("thead", {}, head!), make("tbody", {}, ...body));
}

function toggleTable(one: Drawn, button: HTMLElement): void {
  const table = find("[data-table]", one.figure)!;
  if (!table.childElementCount) table.append(tableOf(one.chart));
  table.hidden = !table.hidden;
  one.canvas.hidden = !table.hidden;
  button.setAttribute("aria-pressed", String(!table.hidden));
  redraw(one);
}

function listen(one: Drawn): void {
  one.figure.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-do]");
    if (button?.dataset["do"] === "table") toggleTable(one, button);
    if (button?.dataset["do"] === "csv") saveCsv(one);
    if (button?.dataset["do"] === "png") void savePng(one);
    if (button?.dataset["do"] === "svg") saveSvg(one);
  });
  openMarks(one);
}

const hrefOf = (event: ECElementEvent): string => (event.data as { mark?: Mark } | undefined)?.mark?.href ?? "";

/** Opens the mark that a mouse is pressed and released on. What they lead to is compared, not their shapes: ECharts' own click is lost
 * when a redraw puts a new shape there in between. A finger's click is a short touch; a long one only shows the tip. */
function openMarks({ picture }: Drawn): void {
  let pressed = "";
  const isTouch = ({ event }: ECElementEvent): boolean => event?.event.type.startsWith("touch") ?? false;
  const isMain = ({ event }: ECElementEvent): boolean => (event?.event as unknown as MouseEvent | undefined)?.button === 0;
  const release = (event: ECElementEvent): void => {
    const href = hrefOf(event);
    if (href && href === pressed) location.assign(href);
    pressed = "";
  };
  picture.on("mousedown", (event) => {
    pressed = isMain(event) || isTouch(event) ? hrefOf(event) : "";
  });
  picture.on("mouseup", (event) => {
    if (!isTouch(event)) release(event);
  });
  picture.on("click", release);
}

const widths = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const one = drawn.get(target as HTMLElement);
    if (one && one.width !== one.canvas.clientWidth) redraw(one); // a needless redraw would swallow a click begun before it
  }
});

function forget(): void {
  for (const [canvas, one] of drawn)
    if (!canvas.isConnected) {
      widths.unobserve(canvas);
      one.picture.dispose();
      drawn.delete(canvas);
    }
}

function begin(figure: HTMLElement): void {
  const canvas = find("[data-canvas]", figure);
  const data = find<HTMLTemplateElement>("template[data-figures]", figure)?.content.textContent;
  if (!canvas || !data || drawn.has(canvas)) return;
  const one = { figure, canvas, chart: JSON.parse(data) as Chart, picture: init(canvas, null, { renderer: "svg" }), width: 0 };
  drawn.set(canvas, one);
  redraw(one);
  listen(one);
  widths.observe(canvas);
  void settle(one);
}

/** Draws once more when the letters' widths are known; only then does a chart stand still. */
async function settle(one: Drawn): Promise<void> {
  if (document.fonts.status !== "loaded") {
    await document.fonts.ready;
    redraw(one);
  }
  one.figure.dataset["drawn"] = "";
}

/** Draws the charts under `root` that are not drawn yet. */
export function draw(root: Element): void {
  forget();
  for (const figure of all("[data-chart]", root)) begin(figure);
}

onTheme(() => drawn.forEach(redraw));
