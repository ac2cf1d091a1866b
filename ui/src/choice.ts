// Choosing rows of a table (`data-choice`): all of a page, a range with Shift, how many; what is chosen stays put.
import { all, find } from "./dom";

let last: HTMLInputElement | undefined; // the box ticked last, where a range begins

const boxes = (table: Element): HTMLInputElement[] => all<HTMLInputElement>("input[name=id]", table);
const choiceOf = (target: EventTarget | null): HTMLElement | null => (target as Element | null)?.closest?.<HTMLElement>("[data-choice]") ?? null;

/** Says how many are chosen, and shows the box of the head as it should be. */
function count(table: Element): void {
  const found = boxes(table);
  const ticked = found.filter((box) => box.checked).length;
  const says = find("[data-chosen]", table);
  const isAll = find<HTMLInputElement>("[data-all-meant]", table)?.checked;
  if (says) says.textContent = isAll ? "All chosen" : `${ticked} chosen`;
  const head = find<HTMLInputElement>("[data-tick-all]", table);
  if (!head) return;
  head.hidden = false;
  head.checked = ticked > 0 && ticked === found.length;
  head.indeterminate = ticked > 0 && ticked < found.length;
}

/** Ticks what lies between two boxes as the second one is. */
function range(table: Element, from: HTMLInputElement, to: HTMLInputElement): void {
  const found = boxes(table);
  const [first, second] = [found.indexOf(from), found.indexOf(to)].sort((one, other) => one - other);
  if (first! < 0) return;
  for (const box of found.slice(first, second! + 1)) box.checked = to.checked;
}

function onClick(event: MouseEvent): void {
  const table = choiceOf(event.target);
  const box = event.target as HTMLInputElement;
  if (!table || !(box instanceof HTMLInputElement) || box.type !== "checkbox") return;
  if (box.matches("[data-tick-all]")) for (const one of boxes(table)) one.checked = box.checked;
  if (box.name === "id" && event.shiftKey && last) range(table, last, box);
  if (box.name === "id") last = box;
  count(table);
}

/** News must not take away what somebody has just ticked or is filling in. */
function isBusy(table: Element): boolean {
  return boxes(table).some((box) => box.checked) || find("details[open]", table) !== null;
}

export function startChoice(): void {
  document.addEventListener("click", onClick);
  document.addEventListener("reset", (event) => {
    const table = choiceOf(event.target);
    if (table) setTimeout(() => count(table));
  });
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    const asked = event as CustomEvent<{ elt: Element; requestConfig: { triggeringEvent?: Event } }>;
    const { elt, requestConfig } = asked.detail;
    const isNews = requestConfig.triggeringEvent?.type.startsWith("live-");
    if (isNews && elt.matches("[data-choice]") && isBusy(elt)) event.preventDefault();
  });
  const show = (): void => all("[data-choice]").forEach(count);
  document.addEventListener("htmx:afterSettle", show);
  show();
}
