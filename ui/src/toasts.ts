// Short news at the foot of the page, with an undo where there is one; and what to say when the server does not answer.
import htmx from "htmx.org";

import { find, make } from "./dom";

interface Toast {
  says: string;
  undo?: string;
}

const READ_FOR = 6000;
const UNDO_FOR = 12000;

/** Leaves after a while, but not while somebody points at it or has the focus in it. */
function leaveAfter(toast: HTMLElement, wait: number): void {
  let timer = 0;
  const start = (): void => void (timer = window.setTimeout(() => toast.remove(), wait));
  const stop = (): void => clearTimeout(timer);
  for (const event of ["pointerenter", "focusin"]) toast.addEventListener(event, stop);
  for (const event of ["pointerleave", "focusout"]) toast.addEventListener(event, start);
  start();
}

function undoButton(address: string, toast: HTMLElement): HTMLElement {
  const button = make("button", { class: "btn small", type: "button" }, "Undo");
  button.addEventListener("click", () => {
    toast.remove();
    void htmx.ajax("post", address, { source: document.body, swap: "none" });
  });
  return button;
}

/** Shows a toast. */
export function tell({ says, undo }: Toast): void {
  const toast = make("div", { class: "toast" }, make("span", {}, says));
  if (undo) toast.append(undoButton(undo, toast));
  find("#toasts")?.append(toast);
  leaveAfter(toast, undo ? UNDO_FOR : READ_FOR);
}

/** Starts the time of what the server put there, with the page or later; what asks on stays until it knows. */
function leaveInTime(root: Element): void {
  if (root.matches("#toasts .toast:not([hx-get])")) leaveAfter(root as HTMLElement, UNDO_FOR);
}

/** What went wrong with a request that htmx made, in words. */
function failure(event: Event): string {
  const status = (event as CustomEvent<{ xhr?: XMLHttpRequest }>).detail.xhr?.status;
  if (!status) return "No answer from the server; nothing was changed. Try again in a moment.";
  if (status === 403) return "That is not allowed for your role.";
  if (status === 404) return "That no longer exists. Reload the page to see what is there now.";
  return `The server could not do that (${status}); nothing was changed.`;
}

export function startToasts(): void {
  document.body.addEventListener("toast", (event) => tell((event as CustomEvent<Toast>).detail));
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"])
    document.body.addEventListener(name, (event) => tell({ says: failure(event) }));
  document.querySelectorAll("#toasts .toast").forEach(leaveInTime);
  htmx.onLoad((root) => leaveInTime(root as Element));
  const busy = find("#busy");
  document.body.addEventListener("htmx:beforeRequest", () => busy?.classList.add("on"));
  document.body.addEventListener("htmx:afterRequest", () => busy?.classList.remove("on"));
}
