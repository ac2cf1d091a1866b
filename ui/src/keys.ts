// Keys: `g` and a letter go somewhere, j and k move over the rows, Enter opens, others press what a row offers.
//
// Pages only mark what they have: `data-goto="c"` on links, `data-row` on rows, `data-open` on a row's main
// link (else its first link), `data-key="e"` on what a key presses in the current row, or on the page where it
// stands in no row, `data-search` on the field that / goes to.
import { all, find, isTyping } from "./dom";
import { togglePalette } from "./palette";
import { nextTheme } from "./theme";

const GO_WITHIN = 1200;
let wentAt = -Infinity;
let place = ""; // the current row's id, by which it is found again when news exchanges the list

const rows = (): HTMLElement[] => all("[data-row]").filter((row) => row.offsetParent !== null);
const here = (): HTMLElement | null => find("[data-row].is-here");

function mark(row: HTMLElement): void {
  here()?.classList.remove("is-here");
  row.classList.add("is-here");
  place = row.id;
  row.scrollIntoView({ block: "nearest" });
  mainLink(row)?.focus({ preventScroll: true });
}

/** Finds the current row again in a list that was exchanged. */
function stayHere(): void {
  const row = place && !here() ? document.getElementById(place) : null;
  if (!row) return;
  row.classList.add("is-here");
  if (document.activeElement === document.body) mainLink(row)?.focus({ preventScroll: true });
}

function leave(): void {
  here()?.classList.remove("is-here");
  place = "";
}

function mainLink(row: HTMLElement): HTMLElement | null {
  return find("[data-open]", row) ?? find("a[href]", row);
}

function move(steps: number): void {
  const found = rows();
  const at = found.indexOf(here()!);
  const next = found[at < 0 ? (steps > 0 ? 0 : found.length - 1) : Math.min(Math.max(at + steps, 0), found.length - 1)];
  if (next) mark(next);
}

function search(): void {
  const field = find<HTMLInputElement>("[data-search]");
  if (!field) return togglePalette();
  field.focus();
  field.select();
}

/** Presses what the current row offers under a key, or else the page itself, such as the step of one customer. */
function press(key: string): boolean {
  const row = here();
  const pressed = `[data-key="${CSS.escape(key)}"]`;
  const inRow = row && find(pressed, row);
  const button = inRow ?? find(`${pressed}:not([data-row] *)`);
  if (row && inRow) pressInRow(inRow, rows().indexOf(row));
  else button?.click();
  return button !== null;
}

/** The next row becomes the current one if this one goes. */
function pressInRow(button: HTMLElement, at: number): void {
  onAnswerTo(button, () => standBeside(at));
  button.click();
}

/** Runs something once what a button asks for has been answered, whatever else is answered before. */
function onAnswerTo(button: Element, then: () => void): void {
  const listen = (event: Event): void => {
    const asked: unknown = (event as CustomEvent).detail?.requestConfig?.elt;
    if (!(asked instanceof Element) || !asked.contains(button)) return;
    document.removeEventListener("htmx:afterOnLoad", listen);
    then();
  };
  document.addEventListener("htmx:afterOnLoad", listen);
}

/** Makes the row at a place the current one, if none is: the last, if there are fewer by now. */
function standBeside(at: number): void {
  const next = rows()[at] ?? rows().at(-1);
  if (!here() && next) mark(next);
}

function go(key: string): boolean {
  const link = find<HTMLAnchorElement>(`[data-goto="${CSS.escape(key)}"]`);
  link?.click();
  return link !== null;
}

const ACTIONS: Record<string, () => void> = {
  j: () => move(1),
  k: () => move(-1),
  "/": search,
  "?": () => run("keys"),
  Escape: leave,
};

/** Things the palette can do that are not pages. */
export function run(name: string): void {
  if (name === "keys") find<HTMLDialogElement>("#keys")?.showModal();
  if (name === "theme") nextTheme();
  if (name === "sign-out") find<HTMLFormElement>("#sign-out")?.requestSubmit();
}

function onKey(event: KeyboardEvent): void {
  if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented) return;
  if (isTyping(event.target) || find("dialog[open]")) return;
  const going = performance.now() - wentAt < GO_WITHIN;
  wentAt = event.key === "g" && !going ? performance.now() : -Infinity;
  const done = going ? go(event.key) : handle(event);
  if (done) event.preventDefault();
}

function handle(event: KeyboardEvent): boolean {
  if (event.key === "Enter") return openCurrent(event.target);
  const action = ACTIONS[event.key];
  if (!action) return press(event.key);
  action();
  return true;
}

/** Enter opens the current row, unless something of its own has the focus. */
function openCurrent(target: EventTarget | null): boolean {
  const row = here();
  if (!row || (target instanceof Element && target !== document.body && target.closest("a, button, summary"))) return false;
  mainLink(row)?.click();
  return true;
}

export function startKeys(): void {
  document.addEventListener("keydown", onKey);
  document.addEventListener("htmx:afterSettle", stayHere);
  const sheet = find<HTMLDialogElement>("#keys");
  sheet?.addEventListener("click", (event) => {
    if (event.target === sheet || (event.target as Element).closest("[data-close]")) sheet.close();
  });
}
