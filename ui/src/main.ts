// What every page runs: htmx, the drawer, the palette, keys, live updates, theme, toasts; charts only where one stands.
import htmx from "htmx.org";

import { startBoard } from "./board";
import { startChoice } from "./choice";
import { startDrawer } from "./drawer";
import { startForms } from "./forms";
import { startKeys } from "./keys";
import { startLive } from "./live";
import { startLooks } from "./looks";
import { startMentions } from "./mentions";
import { startPalette } from "./palette";
import { startTheme } from "./theme";
import { startToasts } from "./toasts";

async function drawCharts(root: Element): Promise<void> {
  if (!root.querySelector("[data-chart]")) return;
  const { draw } = await import("./charts");
  draw(root);
}

async function bendCurves(root: Element): Promise<void> {
  if (!root.matches("[data-curve]") && !root.querySelector("[data-curve]")) return;
  const { startCurves } = await import("./curves");
  startCurves(root);
}

/** On a phone a row of tabs is wider than the page: the one that is open should be in sight. */
function showTabs(root: Element): void {
  for (const here of root.querySelectorAll<HTMLElement>(".tabs [aria-current]")) {
    const row = here.closest<HTMLElement>(".tabs");
    if (row) row.scrollLeft += here.getBoundingClientRect().left - row.getBoundingClientRect().left - 16;
  }
}

startTheme();
startDrawer();
startPalette();
startKeys();
startToasts();
startForms();
startLooks();
startChoice();
startBoard();
startMentions();
startLive();
// Figures that come into a page later: what its address points at is there only now.
document.addEventListener("htmx:afterSettle", (event) => {
  const { requestConfig } = (event as CustomEvent<{ requestConfig?: { elt: Element } }>).detail;
  if (requestConfig?.elt.id === "working" && location.hash)
    document.getElementById(location.hash.slice(1))?.scrollIntoView();
});
htmx.onLoad((root) => {
  void drawCharts(root as Element);
  void bendCurves(root as Element);
  showTabs(root as Element);
});
void drawCharts(document.body);
void bendCurves(document.body);
showTabs(document.body);
document.documentElement.dataset["ready"] = "";
