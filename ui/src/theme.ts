// Light, dark, or as the system says; kept in a cookie so that the server writes it into the page and nothing flashes.
import { all } from "./dom";

type Theme = "light" | "dark" | "auto";
const ORDER: Theme[] = ["auto", "light", "dark"];
const YEAR = 60 * 60 * 24 * 365;

function chosen(): Theme {
  return (document.documentElement.dataset["theme"] as Theme | undefined) ?? "auto";
}

function show(theme: Theme): void {
  for (const button of all("[data-set-theme]")) button.setAttribute("aria-pressed", String(button.dataset["setTheme"] === theme));
}

function choose(theme: Theme): void {
  if (theme === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  document.cookie = `theme=${theme}; Path=/; Max-Age=${YEAR}; SameSite=Lax`;
  show(theme);
}

/** Goes on to the next of auto, light, dark. */
export function nextTheme(): void {
  choose(ORDER[(ORDER.indexOf(chosen()) + 1) % ORDER.length]!);
}

/** Calls `redraw` whenever colours may have changed. */
export function onTheme(redraw: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}

export function startTheme(): void {
  show(chosen());
  document.addEventListener("click", (event) => {
    const theme = (event.target as Element).closest<HTMLElement>("[data-set-theme]")?.dataset["setTheme"];
    if (theme) choose(theme as Theme);
  });
}
