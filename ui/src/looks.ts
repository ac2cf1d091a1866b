// A form that its own answers exchange (its first button looks again): what is typed meanwhile is not overwritten.
import { all, find } from "./dom";

type Asked = CustomEvent<{ requestConfig: { elt: Element; triggeringEvent?: Event }; shouldSwap: boolean }>;

const sent = new WeakMap<HTMLFormElement, string>();
const stood = new WeakMap<Element, string>(); // what stood in each field when its form was last sent
const owed = new WeakMap<HTMLFormElement, HTMLButtonElement>(); // whose answer came too late to be shown

/** Whether somebody left a field by pressing a button of its form: an answer to the field would come in its way. */
const isBeingSent = (form: HTMLFormElement): boolean => pressed !== null && pressed.form === form;
let pressed: HTMLButtonElement | null = null; // the button under a finger that is not lifted yet

function watchPressing(): void {
  document.addEventListener("pointerdown", (event) => (pressed = (event.target as Element).closest("button")), true);
  for (const event of ["pointerup", "pointercancel"]) document.addEventListener(event, () => (pressed = null));
}

const looker = (form: HTMLFormElement): HTMLButtonElement | null => find<HTMLButtonElement>("button[value=look]", form);
const written = (form: HTMLFormElement): string => JSON.stringify([...new FormData(form)].map(([name, value]) => [name, String(value)]));
const isTyped = (field: Element | null): boolean => field !== null && stood.has(field) && stood.get(field) !== (field as HTMLInputElement).value;

function looking(event: Event): [HTMLFormElement, HTMLButtonElement] | null {
  const { elt, triggeringEvent } = (event as Asked).detail.requestConfig;
  const button = elt instanceof HTMLFormElement ? looker(elt) : null;
  if (!button) return null;
  return [elt as HTMLFormElement, ((triggeringEvent as SubmitEvent | undefined)?.submitter as HTMLButtonElement | null) ?? button];
}

function remember(event: Event): void {
  const [form, button] = looking(event) ?? [];
  if (!form || !button) return;
  owed.delete(form);
  sent.set(form, written(form));
  for (const field of all<HTMLInputElement>("input, textarea", form)) stood.set(field, field.value);
  form.inert = button.value === "save"; // what is typed after that would be in no version
}

/** An answer to what is not written there any more is left; it is asked again, or when the hands leave the field they type in. */
function judge(event: Event): void {
  const [form, button] = looking(event) ?? [];
  if (!form || !button || !form.isConnected || written(form) === sent.get(form)) return;
  (event as Asked).detail.shouldSwap = false;
  if (isTyped(document.activeElement)) owed.set(form, button);
  else button.click();
}

function askAgain(event: Event): void {
  const form = (event.target as HTMLInputElement).form;
  const button = form && owed.get(form);
  if (button && !isBeingSent(form)) button.click();
}

export function startLooks(): void {
  watchPressing();
  document.addEventListener("htmx:beforeRequest", remember);
  document.addEventListener("htmx:beforeSwap", judge);
  document.addEventListener("htmx:afterRequest", (event) => {
    const [form] = looking(event) ?? [];
    if (form) form.inert = false;
  });
  document.addEventListener("focusout", askAgain);
  document.addEventListener("change", (event) => {
    const field = event.target as HTMLInputElement;
    if (field.matches("[data-looks]") && !isBeingSent(field.form!)) looker(field.form!)?.click();
  });
}
