// The board of renewals: a card that is dropped on a column opens its form with what that column stands for; nothing is sent before a reason is given.
import { all, find } from "./dom";

let held: HTMLElement | null = null;

function columnOf(event: DragEvent): HTMLElement | null {
  return held ? (event.target as Element).closest<HTMLElement>("[data-drop]") : null;
}

function propose(card: HTMLElement, call: string): void {
  const sheet = find<HTMLDetailsElement>("details[data-sheet]", card);
  const choice = find<HTMLSelectElement>("select[name=call]", card);
  if (!sheet || !choice) return;
  choice.value = call;
  sheet.open = true;
  find<HTMLTextAreaElement>("textarea", sheet)?.focus();
}

function mark(column: HTMLElement | null): void {
  for (const other of all(".board .over")) if (other !== column) other.classList.remove("over");
  column?.classList.add("over");
}

/** Listens once for the whole page: the board is exchanged as parts of the page are. */
export function startBoard(): void {
  document.addEventListener("dragstart", (event) => {
    held = (event.target as Element).closest<HTMLElement>("[data-card]");
    if (!held) return;
    held.classList.add("held");
    event.dataTransfer?.setData("text/plain", held.id);
  });
  document.addEventListener("dragover", (event) => {
    const column = columnOf(event);
    mark(column);
    if (column) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const column = columnOf(event);
    if (!column || !held) return;
    event.preventDefault();
    propose(held, column.dataset["drop"] ?? "");
  });
  document.addEventListener("dragend", () => {
    held?.classList.remove("held");
    held = null;
    mark(null);
  });
}
