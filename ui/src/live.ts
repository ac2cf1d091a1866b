// Live updates: the server says which things changed, by topic and id; what listens refetches through htmx
// (`hx-trigger="live-accounts from:body"`), so that rights are checked in one place.
import { all, find } from "./dom";

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30_000;
const GATHER = 400; // a burst of news is one refetch

let stream: EventSource | undefined;
let wait = FIRST_WAIT;
let missed = false;
const heard = new Map<string, Set<string>>();

const meta = (): HTMLMetaElement | null => find<HTMLMetaElement>("meta[name=live]");

/** The topics that anything on the page listens to. */
function topics(): Set<string> {
  const triggers = all("[hx-trigger*=live-]").map((element) => element.getAttribute("hx-trigger") ?? "");
  return new Set(triggers.flatMap((trigger) => [...trigger.matchAll(/live-([a-z]+)/g)].map((match) => match[1]!)));
}

function announce(): void {
  for (const [topic, ids] of heard) document.body.dispatchEvent(new CustomEvent(`live-${topic}`, { detail: { ids: [...ids] } }));
  heard.clear();
}

/** Remembers what changed and announces it shortly. */
function hear(topic: string, ids: string[]): void {
  if (!heard.size) window.setTimeout(announce, GATHER);
  const known = heard.get(topic) ?? new Set<string>();
  for (const id of ids) known.add(id);
  heard.set(topic, known);
}

async function freshTicket(): Promise<string> {
  const answer = await fetch(meta()!.dataset["ticket"]!);
  if (!answer.ok || answer.redirected) throw new Error(`no ticket: ${answer.status}`);
  return ((await answer.json()) as { ticket: string }).ticket;
}

function retry(): void {
  stop();
  missed = true;
  window.setTimeout(() => void reconnect(), wait * (0.75 + Math.random() / 2));
  wait = Math.min(wait * 2, LONGEST_WAIT);
}

async function reconnect(): Promise<void> {
  if (document.hidden || stream) return;
  try {
    connect(await freshTicket());
  } catch {
    retry();
  }
}

/** After a gap nobody knows what changed, so everything that listens looks again. */
function opened(): void {
  wait = FIRST_WAIT;
  if (missed) for (const topic of topics()) hear(topic, []);
  missed = false;
  document.documentElement.dataset["live"] = "on";
}

function connect(ticket: string): void {
  const wanted = topics();
  if (!wanted.size) return;
  stream = new EventSource(`${meta()!.dataset["stream"]}?ticket=${encodeURIComponent(ticket)}`);
  stream.addEventListener("open", opened);
  stream.addEventListener("error", retry);
  for (const topic of wanted)
    stream.addEventListener(topic, (event) => hear(topic, (JSON.parse((event as MessageEvent<string>).data) as { ids: string[] }).ids));
}

function stop(): void {
  stream?.close();
  stream = undefined;
  delete document.documentElement.dataset["live"];
}

/** A list is not exchanged under the hands of somebody who has one of its sheets open; it waits for its closing. */
function waitForSheets(): void {
  const waiting = new Set<string>();
  const open = "details[data-sheet][open]";
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    const { elt, requestConfig } = (event as CustomEvent<{ elt: Element; requestConfig: { triggeringEvent?: Event } }>).detail;
    const news = requestConfig.triggeringEvent?.type ?? "";
    if (!news.startsWith("live-") || !find(open, elt)) return;
    event.preventDefault();
    waiting.add(news);
  });
  const again = (): void => {
    if (find(open)) return;
    for (const news of waiting) document.body.dispatchEvent(new CustomEvent(news, { detail: { ids: [] } }));
    waiting.clear();
  };
  document.addEventListener("toggle", again, true);
}

export function startLive(): void {
  waitForSheets();
  const ticket = meta()?.content;
  if (!ticket) return;
  connect(ticket);
  // A browser allows few connections to one origin: tabs that nobody looks at give theirs up.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) return void reconnect();
    missed = stream !== undefined || missed;
    stop();
  });
  window.addEventListener("pagehide", stop);
}
