// Curves of measures: their points dragged, moved by keys, or typed in the table beside, which is what is sent.
import { all, find } from "./dom";

const LEFT = 30, TOP = 10, WIDTH = 360, HEIGHT = 120; // of the plot inside the drawing (web/queries/curves.py)
const SVG = "http://www.w3.org/2000/svg";

interface Row { element: HTMLTableRowElement; value: HTMLInputElement; points: HTMLInputElement }
interface Pair { x: number; y: number; row: Row }

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);
const read = (text: string): number => (text.trim() ? Number(text.trim().replace("−", "-").replace(",", ".")) : NaN);

class Curve {
  private readonly low: number;
  private readonly high: number;
  private readonly step: number;
  private readonly drawing: SVGSVGElement;
  private readonly line: SVGPolylineElement;

  constructor(private readonly field: HTMLFieldSetElement) {
    [this.low, this.high, this.step] = ["low", "high", "step"].map((name) => Number(field.dataset[name])) as [number, number, number];
    this.drawing = find<SVGSVGElement>("svg.curve", field)!;
    this.line = find<SVGPolylineElement>(".line", this.drawing)!;
    field.addEventListener("input", (event) => {
      if ((event.target as Element).closest(".pairs")) this.draw();
    });
    this.drawing.addEventListener("dblclick", (event) => this.add(event));
    this.draw();
  }

  private rows(): Row[] {
    return all<HTMLTableRowElement>(".pairs tbody tr", this.field).map((element) => {
      const [value, points] = all<HTMLInputElement>("input", element);
      return { element, value: value!, points: points! };
    });
  }

  /** The points that can be read, from left to right. */
  private pairs(): Pair[] {
    const found = this.rows().map((row) => ({ x: read(row.value.value), y: read(row.points.value), row }));
    return found.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)).sort((a, b) => a.x - b.x);
  }

  private across(value: number): number {
    return LEFT + ((value - this.low) / (this.high - this.low)) * WIDTH;
  }

  private up(points: number): number {
    return TOP + ((100 - clamp(points, 0, 100)) / 100) * HEIGHT;
  }

  private draw(): void {
    const pairs = this.pairs();
    const first = pairs[0], last = pairs[pairs.length - 1];
    const ends: [number, number][] = first && last ? [[Math.min(this.low, first.x), first.y], ...pairs.map(({ x, y }): [number, number] => [x, y]), [Math.max(this.high, last.x), last.y]] : [];
    this.line.setAttribute("points", ends.map(([x, y]) => `${this.across(x).toFixed(1)},${this.up(y).toFixed(1)}`).join(" "));
    const dots = all<SVGCircleElement>(".dot", this.drawing);
    while (dots.length > pairs.length) dots.pop()!.remove();
    while (dots.length < pairs.length) dots.push(this.dot());
    pairs.forEach((pair, index) => this.place(dots[index]!, pair, index, pairs.length));
  }

  private dot(): SVGCircleElement {
    const dot = document.createElementNS(SVG, "circle");
    dot.setAttribute("class", "dot");
    dot.setAttribute("r", "5");
    this.line.parentNode!.insertBefore(dot, find(".dot ~ text", this.drawing));
    return dot;
  }

  private place(dot: SVGCircleElement, { x, y }: Pair, index: number, count: number): void {
    dot.setAttribute("cx", this.across(x).toFixed(1));
    dot.setAttribute("cy", this.up(y).toFixed(1));
    if (this.field.matches(":disabled")) return;
    const unit = this.field.dataset["unit"] ? ` ${this.field.dataset["unit"]}` : "";
    const says = { role: "slider", tabindex: "0", "aria-label": `${this.field.dataset["title"]}, point ${index + 1} of ${count}: arrow keys move it, Delete takes it out`, "aria-valuemin": "0", "aria-valuemax": "100", "aria-valuenow": String(y), "aria-valuetext": `${x}${unit} gives ${y} points` };
    for (const [name, value] of Object.entries(says)) dot.setAttribute(name, value);
    if ("moves" in dot.dataset) return;
    dot.dataset["moves"] = "";
    dot.addEventListener("keydown", (event) => this.press(event, dot));
    dot.addEventListener("pointerdown", (event) => this.hold(event, dot));
  }

  private indexOf(dot: SVGCircleElement): number {
    return all<SVGCircleElement>(".dot", this.drawing).indexOf(dot);
  }

  /** Puts a point somewhere, between its neighbours, into the table; the drawing follows. */
  private move(index: number, x: number, y: number): void {
    const pairs = this.pairs();
    const pair = pairs[index];
    if (!pair) return;
    const least = pairs[index - 1] ? pairs[index - 1]!.x + this.step : -Infinity;
    const most = pairs[index + 1] ? pairs[index + 1]!.x - this.step : Infinity;
    const value = least <= most ? clamp(x, least, most) : pair.x;
    pair.row.value.value = String(Number((Math.round(value / this.step) * this.step).toFixed(6)));
    pair.row.points.value = String(clamp(Math.round(y), 0, 100));
    this.draw();
  }

  private press(event: KeyboardEvent, dot: SVGCircleElement): void {
    const index = this.indexOf(dot), pair = this.pairs()[index];
    const far = event.shiftKey ? 10 : 1;
    const by: Record<string, [number, number]> = { ArrowLeft: [-this.step * far, 0], ArrowRight: [this.step * far, 0], ArrowUp: [0, far], ArrowDown: [0, -far] };
    const [right, up] = by[event.key] ?? [0, 0];
    if (!pair || (!(event.key in by) && event.key !== "Delete")) return;
    event.preventDefault();
    if (event.key === "Delete") this.remove(index);
    else this.move(index, pair.x + right, pair.y + up);
  }

  private at(event: MouseEvent): [number, number] {
    const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.drawing.getScreenCTM()!.inverse());
    return [this.low + ((place.x - LEFT) / WIDTH) * (this.high - this.low), 100 - ((place.y - TOP) / HEIGHT) * 100];
  }

  private hold(event: PointerEvent, dot: SVGCircleElement): void {
    event.preventDefault();
    dot.focus();
    dot.setPointerCapture(event.pointerId);
    dot.classList.add("held");
    const follow = (moved: PointerEvent): void => this.move(this.indexOf(dot), ...this.at(moved));
    dot.addEventListener("pointermove", follow);
    const let_go = (): void => {
      dot.classList.remove("held");
      dot.removeEventListener("pointermove", follow);
    };
    dot.addEventListener("lostpointercapture", let_go, { once: true });
  }

  /** A double click adds a point there, in the empty row of the table. */
  private add(event: MouseEvent): void {
    const empty = this.rows().find(({ value, points }) => !value.value.trim() && !points.value.trim());
    if (!empty || this.field.matches(":disabled") || (event.target as Element).matches(".dot")) return;
    const [x, y] = this.at(event);
    empty.value.value = String(Number((Math.round(x / this.step) * this.step).toFixed(6)));
    empty.points.value = String(clamp(Math.round(y), 0, 100));
    this.blank(empty);
    this.draw();
  }

  /** Another empty row behind the one that was filled. */
  private blank(after: Row): void {
    const row = after.element.cloneNode(true) as HTMLTableRowElement;
    for (const input of all<HTMLInputElement>("input", row)) {
      input.value = "";
      input.removeAttribute("id");
    }
    after.element.after(row);
  }

  private remove(index: number): void {
    const pairs = this.pairs();
    if (pairs.length <= 2) return;
    pairs[index]!.row.element.remove();
    this.draw();
    all<SVGElement>(".dot", this.drawing)[Math.max(0, index - 1)]?.focus();
  }
}

export function startCurves(root: ParentNode): void {
  for (const field of all<HTMLFieldSetElement>("[data-curve]:not([data-drawn])", root)) {
    field.dataset["drawn"] = "";
    new Curve(field);
  }
}
