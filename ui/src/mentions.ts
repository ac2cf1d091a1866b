// Colleagues offered while somebody types @ in a text: arrows choose, Enter or Tab takes, Escape leaves it as typed.
import { all, fetchPart, find, make } from "./dom";

const ASKED = /(?:^|[^\p{L}\p{N}_@.])@([\p{L}\p{N}_.-]{0,40})$/u;

let field: HTMLTextAreaElement | undefined; // in which somebody is asked for
let waiting: AbortController | undefined;

const list = (): HTMLElement | null => find("#mentions");
const options = (): HTMLElement[] => all("[role=option]", list() ?? document.createElement("div"));
const current = (): HTMLElement | undefined => options().find((one) => one.getAttribute("aria-selected") === "true");

/** What stands behind the @ before the cursor; undefined if there is none. */
function asked(text: HTMLTextAreaElement): string | undefined {
  if (text.selectionStart !== text.selectionEnd) return undefined;
  return ASKED.exec(text.value.slice(0, text.selectionStart))?.[1];
}

function close(): void {
  waiting?.abort();
  list()?.remove();
  field?.removeAttribute("aria-controls");
  field?.removeAttribute("aria-activedescendant");
  field = undefined;
}

function select(option: HTMLElement | undefined): void {
  for (const one of options()) one.setAttribute("aria-selected", String(one === option));
  if (option) field?.setAttribute("aria-activedescendant", option.id);
  option?.scrollIntoView({ block: "nearest" });
}

function show(text: HTMLTextAreaElement, found: string): void {
  if (!list()) text.after(make("div", { id: "mentions", class: "mentions", role: "listbox", "aria-label": "Colleagues" }));
  list()!.innerHTML = found;
  if (!options().length) return close();
  field = text;
  text.setAttribute("aria-controls", "mentions");
  select(options()[0]);
  list()!.scrollIntoView({ block: "nearest" });
}

async function offer(text: HTMLTextAreaElement): Promise<void> {
  const words = asked(text);
  if (words === undefined) return close();
  waiting?.abort();
  waiting = new AbortController();
  try {
    const found = await fetchPart(`${text.dataset["mentions"]}?q=${encodeURIComponent(words)}`, waiting.signal);
    if (document.activeElement === text && asked(text) === words) show(text, found);
  } catch {
    // Without an answer the text is what was typed, and works as well.
  }
}

function take(option: HTMLElement | undefined): void {
  const text = field;
  const words = text && asked(text);
  const called = option?.dataset["called"];
  if (text && words !== undefined && called) {
    text.setRangeText(`${called} `, text.selectionStart - words.length, text.selectionStart, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }
  close();
}

function onKey(event: KeyboardEvent): void {
  if (!field || event.target !== field || event.isComposing) return;
  const found = options();
  const here = found.indexOf(current()!);
  if (event.key === "ArrowDown") select(found[(here + 1) % found.length]);
  else if (event.key === "ArrowUp") select(found[(here - 1 + found.length) % found.length]);
  else if (event.key === "Enter" || event.key === "Tab") take(current());
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

const textOf = (event: Event): HTMLTextAreaElement | undefined =>
  event.target instanceof HTMLTextAreaElement && event.target.dataset["mentions"] ? event.target : undefined;

export function startMentions(): void {
  document.addEventListener("input", (event) => {
    const text = textOf(event);
    if (text) void offer(text);
  });
  document.addEventListener("keydown", onKey, true); // before keys of the page: Escape closes only the list
  document.addEventListener("focusout", (event) => textOf(event) && close());
  document.addEventListener("pointerdown", (event) => {
    const option = (event.target as Element).closest<HTMLElement>("#mentions [role=option]");
    if (!option) return;
    event.preventDefault(); // the text keeps the cursor
    take(option);
  });
}
