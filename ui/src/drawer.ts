// The explain drawer: `a.why` opens what its href shows in a dialog at the side. Without scripts it is a page.
import htmx from "htmx.org";

import { fetchPart, find, make } from "./dom";

let waiting: AbortController | undefined;
let trail: string[] = [];

const drawer = (): HTMLDialogElement | null => find<HTMLDialogElement>("#drawer");

function loading(): HTMLElement {
  return make("div", { class: "skeleton", role: "status", "aria-label": "Loading" }, ...Array.from({ length: 5 }, () => make("i")));
}

function failed(address: string, why: string): HTMLElement {
  const page = make("a", { class: "btn", href: address }, "Open it as a page");
  return make("div", { class: "empty", role: "alert" }, make("h3", {}, "This could not be shown"), make("p", {}, why), page);
}

async function show(dialog: HTMLDialogElement, address: string): Promise<void> {
  const body = find("[data-body]", dialog)!;
  waiting?.abort();
  waiting = new AbortController();
  body.replaceChildren(loading());
  find("[data-page]", dialog)!.setAttribute("href", address);
  find("[data-back]", dialog)!.hidden = trail.length < 2;
  try {
    body.innerHTML = await fetchPart(address, waiting.signal);
    body.scrollTop = 0;
    const title = find("[data-title]", body);
    find("[data-heading]", dialog)!.textContent = title?.textContent ?? "Why this number";
    title?.remove();
    htmx.process(body);
    htmx.trigger(body, "htmx:load", { elt: body });
  } catch (error) {
    if (!(error instanceof DOMException && error.name === "AbortError")) body.replaceChildren(failed(address, String(error)));
  }
}

/** Opens the drawer with what `address` shows. */
export function openDrawer(address: string): void {
  const dialog = drawer();
  if (!dialog) return void location.assign(address);
  trail = dialog.open ? [...trail, address] : [address];
  if (!dialog.open) dialog.showModal();
  void show(dialog, address);
}

function goBack(dialog: HTMLDialogElement): void {
  trail.pop();
  const last = trail.at(-1);
  if (last) void show(dialog, last);
}

/** True for a plain click: one that asks for no new tab or window. */
function isPlain(event: MouseEvent): boolean {
  return event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
}

export function startDrawer(): void {
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a.why[href]");
    if (!link || !isPlain(event) || event.defaultPrevented) return;
    event.preventDefault();
    openDrawer(link.href);
  });
  const dialog = drawer();
  if (!dialog) return;
  dialog.addEventListener("click", (event) => {
    const target = event.target as Element;
    if (target === dialog || target.closest("[data-close]")) dialog.close();
    else if (target.closest("[data-back]")) goBack(dialog);
  });
  dialog.addEventListener("close", () => waiting?.abort());
}
