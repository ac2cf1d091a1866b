// Small things about forms: copy buttons, files dropped on a field, selects that send their form.
import { find } from "./dom";
import { tell } from "./toasts";

async function copy(button: HTMLElement): Promise<void> {
  const text = find("[data-copy-text]", button.parentElement!)?.textContent ?? "";
  try {
    await navigator.clipboard.writeText(text);
    tell({ says: "Copied." });
  } catch {
    getSelection()?.selectAllChildren(find("[data-copy-text]", button.parentElement!)!);
    tell({ says: "Your browser does not let this page copy; it is selected, press Ctrl-C or ⌘C." });
  }
}

function takeFiles(zone: HTMLElement, event: DragEvent): void {
  const input = find<HTMLInputElement>("input[type=file]", zone);
  if (!input || !event.dataTransfer?.files.length) return;
  event.preventDefault();
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function startDrops(): void {
  const zoneOf = (event: Event): HTMLElement | null => (event.target as Element).closest<HTMLElement>(".drop");
  document.addEventListener("dragover", (event) => {
    const zone = zoneOf(event);
    if (!zone) return;
    event.preventDefault();
    zone.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => zoneOf(event)?.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    const zone = zoneOf(event);
    zone?.classList.remove("over");
    if (zone) takeFiles(zone, event);
  });
}

export function startForms(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    const button = target.closest<HTMLElement>("[data-copy]");
    if (button) void copy(button);
    for (const open of document.querySelectorAll<HTMLDetailsElement>("details[data-sheet][open]")) if (!open.contains(target)) open.open = false;
  });
  document.addEventListener("change", (event) => {
    const field = event.target as HTMLElement;
    if (field.matches("[data-submits]")) (field as HTMLInputElement).form?.requestSubmit();
  });
  document.addEventListener("keydown", (event) => {
    const sheet = event.key === "Escape" ? (event.target as Element).closest<HTMLDetailsElement>("details[data-sheet][open]") : null;
    if (!sheet) return;
    sheet.open = false;
    find("summary", sheet)?.focus();
  });
  startDrops();
}
