// What every page loads: htmx, Alpine's build for a strict content policy, and small habits of ours.
import htmx from "htmx.org";
import Alpine from "@alpinejs/csp";

window.htmx = htmx;
window.Alpine = Alpine;

// a form is sent once: its buttons wait until the answer is there (a second submit is also refused by the server)
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  if (form.method === "post" && !form.hasAttribute("hx-post")) form.dataset.sent = "1";
});
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((f) => delete f.dataset.sent));

// an open menu closes on Escape and when one clicks elsewhere
document.addEventListener("click", (event) => {
  document.querySelectorAll("details.who[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelectorAll("details.who[open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
});

// <table data-choose>: a box in the head ticks all; [data-chosen] says how many; [data-bulk] appears when something is ticked
document.addEventListener("change", (event) => {
  const box = event.target;
  const list = box.closest("[data-choose]");
  if (!list || box.type !== "checkbox") return;
  const boxes = [...list.querySelectorAll("input[type=checkbox][name=chosen]")];
  if (box.hasAttribute("data-all")) boxes.forEach((one) => { one.checked = box.checked; });
  const n = boxes.filter((one) => one.checked).length;
  document.querySelectorAll("[data-chosen]").forEach((place) => { place.textContent = n; });
  document.querySelectorAll("[data-bulk]").forEach((place) => { place.hidden = n === 0; });
});

document.addEventListener("DOMContentLoaded", () => Alpine.start());

// [data-print] prints the page
document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) window.print(); });
