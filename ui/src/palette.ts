// The palette (⌘K, Ctrl-K): accounts, people, pages and actions by name, with the keyboard alone.
import { all, fetchPart, find, make } from "./dom";
import { run } from "./keys";

let waiting: AbortController | undefined;
let timer: number | undefined;
let isStale = false; // what is listed answers to other words than those that stand there
let chooseFirst = false; // Enter was pressed before the answer came

const dialog = (): HTMLDialogElement | null => find<HTMLDialogElement>("#palette");
const options = (): HTMLElement[] => all("[role=option]", dialog()!);
const current = (): HTMLElement | null => find("[role=option][aria-selected=true]", dialog()!);

function select(option: HTMLElement | undefined): void {
  current()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  find("input", dialog()!)!.setAttribute("aria-activedescendant", option?.id ?? "");
}

function move(steps: number): void {
  const found = options();
  if (!found.length) return;
  const here = found.indexOf(current()!);
  select(found[(here + steps + found.length) % found.length]);
}

function answered(): void {
  isStale = false;
  select(options()[0]);
  if (chooseFirst) choose(current(), false);
  chooseFirst = false;
}

async function search(words: string): Promise<void> {
  const box = dialog()!;
  const found = find("[data-found]", box)!;
  waiting?.abort();
  waiting = new AbortController();
  try {
    found.innerHTML = await fetchPart(`${box.dataset["address"]}?q=${encodeURIComponent(words)}`, waiting.signal);
    answered();
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return;
    found.replaceChildren(make("p", { class: "empty slim", role: "alert" }, `Search does not answer: ${String(error)}`));
  }
}

function choose(option: HTMLElement | null, inNewTab: boolean): void {
  if (!option) return;
  const { href, does } = option.dataset;
  if (href && inNewTab) return void window.open(href, "_blank", "noopener");
  dialog()!.close();
  if (does) run(does);
  else if (href) location.assign(href);
}

function onKey(event: KeyboardEvent): void {
  const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
  const step = steps[event.key];
  if (step) {
    event.preventDefault();
    move(step);
  } else if (event.key === "Enter" && !event.isComposing) {
    event.preventDefault();
    if (isStale) chooseFirst = true;
    else choose(current(), event.metaKey || event.ctrlKey);
  }
}

/** Opens the palette, or closes it if it is open. */
export function togglePalette(): void {
  const box = dialog();
  if (!box) return;
  if (box.open) return box.close();
  const input = find<HTMLInputElement>("input", box)!;
  input.value = "";
  find("[data-found]", box)!.replaceChildren();
  isStale = true;
  chooseFirst = false;
  box.showModal();
  input.focus();
  void search("");
}

/** Macs write the key that opens the palette differently. */
function nameKeys(): void {
  if (!/Mac|iPhone|iPad/.test(navigator.platform)) return;
  for (const key of all("kbd[data-palette-key]")) key.textContent = "⌘K";
}

export function startPalette(): void {
  nameKeys();
  const box = dialog();
  if (!box) return;
  const input = find<HTMLInputElement>("input", box)!;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    waiting?.abort();
    isStale = true;
    chooseFirst = false;
    timer = window.setTimeout(() => void search(input.value), 90);
  });
  input.addEventListener("keydown", onKey);
  box.addEventListener("click", (event) => {
    const target = event.target as Element;
    if (target === box) box.close();
    else choose(target.closest<HTMLElement>("[role=option]"), event.metaKey || event.ctrlKey);
  });
  box.addEventListener("close", () => waiting?.abort());
  document.addEventListener("click", (event) => {
    if (!(event.target as Element).closest("[data-palette]")) return;
    event.preventDefault();
    togglePalette();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey) || event.shiftKey || event.altKey) return;
    event.preventDefault();
    togglePalette();
  });
}
