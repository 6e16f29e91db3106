// What a page does better with a script; every page works without it.
"use strict";
document.documentElement.classList.add("scripted");

// Pages: a place that the address names after # is marked, also where the page was not asked for it.
const text = document.querySelector("[data-text]");
const work = document.querySelector("[data-document]");

function points(paragraph) {
  const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT, {
    acceptNode: (node) => (node.parentElement.closest("[data-skip]") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT),
  });
  const nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  return nodes;
}

// Offsets count code points; a script's strings count half-pairs.
const length = (string) => [...string].length;

function goToPlace() {
  const place = /^#(\d+)-(\d+)(?=$|:~:)/.exec(location.hash);
  if (!place || !text) return;
  const there = document.getElementById(place[0].slice(1));
  if (there) {
    there.classList.add("went");
    there.scrollIntoView({ block: "center" });
    return;
  }
  const [start, end] = [Number(place[1]), Number(place[2])];
  const address = new URL(work.dataset.document, location);
  address.searchParams.set("cite", `${start}-${end}`);
  address.hash = place[0];
  if (start < end && !new URLSearchParams(location.search).has("cite")) location.replace(address);
}
window.addEventListener("hashchange", goToPlace);
goToPlace();

// Selected words become a citation, a link or a question.
const selected = document.querySelector("[data-selected]");

function offsetOf(node, offset) {
  const paragraph = node.parentElement && node.parentElement.closest("[data-start]");
  if (!paragraph || !text.contains(paragraph)) return null;
  let at = Number(paragraph.dataset.start);
  for (const one of points(paragraph)) {
    if (one === node) return at + length(one.data.slice(0, offset));
    at += length(one.data);
  }
  return null;
}

function chosen() {
  const selection = getSelection();
  if (!text || selection.isCollapsed || !selection.rangeCount) return null;
  const range = selection.getRangeAt(0);
  if (range.startContainer.nodeType !== 3 || range.endContainer.nodeType !== 3) return null;
  const start = offsetOf(range.startContainer, range.startOffset);
  const end = offsetOf(range.endContainer, range.endOffset);
  if (start === null || end === null || start >= end) return null;
  const pages = [...text.querySelectorAll(".page")].filter((page) => page.compareDocumentPosition(range.startContainer) & 4);
  const page = pages.length ? pages[pages.length - 1].lastChild.textContent : "";
  const address = new URL(work.dataset.document, location);
  address.searchParams.set("cite", `${start}-${end}`);
  address.hash = `${start}-${end}`;
  return { words: String(selection).trim(), page, address: String(address) };
}

if (selected && text) {
  let now = null;
  document.addEventListener("selectionchange", () => {
    const found = chosen();
    if (!found && selected.contains(document.activeElement)) return;
    now = found;
    selected.hidden = !now;
    if (!now) return;
    selected.querySelector("[data-link]").href = now.address;
    const note = selected.querySelector("[data-note]");
    if (note) note.href = now.address.replace(/#.*/, "#note");
    selected.querySelector("[data-question]").href = `/ask?question=${encodeURIComponent(`“${now.words.slice(0, 400)}”`)}`;
  });
  const copy = selected.querySelector("[data-copy]");
  copy.addEventListener("mousedown", (event) => event.preventDefault());
  copy.addEventListener("click", async () => {
    if (!now) return;
    const said = `${work.dataset.cite}${now.page ? `, ${now.page}` : ""}: “${now.words}” ${now.address}`;
    await navigator.clipboard.writeText(said).catch(() => prompt("", said));
    copy.textContent = copy.dataset.done;
  });
}

// The page as it looks follows the text that is read; without a script its links do the same.
const leaf = document.querySelector("[data-leaf]");
if (leaf && text) {
  const picture = leaf.querySelector("img");
  const marks = [...text.querySelectorAll("a.page[data-number]")];
  let waiting = 0;
  const turn = (mark) => {
    if (!mark || picture.dataset.number === mark.dataset.number) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const address = (size) => leaf.dataset.leaf.replace("/0.jpg", `/${mark.dataset.number}.jpg`) + size;
      const label = mark.lastChild.textContent;
      picture.classList.add("turning");
      picture.alt = picture.alt.replace(leaf.querySelector("[data-label]").textContent, label);
      picture.dataset.number = mark.dataset.number;
      picture.src = address("");
      leaf.querySelector(".larger").href = address("&size=large");
      leaf.querySelector("[data-label]").textContent = label;
    }, 180);
  };
  picture.addEventListener("load", () => picture.classList.remove("turning"));
  const passed = () => marks.filter((mark) => mark.getBoundingClientRect().top < innerHeight * 0.4).pop();
  addEventListener("scroll", () => turn(passed()), { passive: true });
  leaf.addEventListener("click", (event) => {
    const link = event.target.closest("[data-turn]");
    const at = marks.findIndex((mark) => mark.dataset.number === picture.dataset.number);
    const next = link && at >= 0 && marks[at + Number(link.dataset.turn)];
    if (!next) return;
    event.preventDefault();
    next.scrollIntoView({ block: "start" });
    turn(next);
  });
}

// Contents stand open where there is room beside the text; facets are shut where there is none.
if (matchMedia("(min-width: 62rem)").matches && !leaf) document.querySelectorAll("[data-contents]").forEach((one) => (one.open = true));
function shutNarrow() {
  if (matchMedia("(max-width: 57.99rem)").matches) document.querySelectorAll("[data-narrow]").forEach((one) => (one.open = false));
}
shutNarrow();

// The picture of years: drag over bars to search among them.
let from = null;
function barAt(event) {
  const svg = event.target.closest && event.target.closest("[data-picture] svg");
  if (!svg) return null;
  const bars = [...svg.querySelectorAll(".bar[data-first]")];
  return bars.reduce((best, bar) => {
    const box = bar.getBoundingClientRect();
    const far = Math.abs((box.left + box.right) / 2 - event.clientX);
    return !best || far < best.far ? { bar, far, svg } : best;
  }, null);
}
function between(a, b) {
  const years = [Number(a.dataset.first), Number(b.dataset.first), Number(a.dataset.last), Number(b.dataset.last)];
  return [Math.min(years[0], years[1]), Math.max(years[2], years[3])];
}
document.addEventListener("pointerdown", (event) => { from = event.button === 0 ? barAt(event) : null; });
document.addEventListener("pointermove", (event) => {
  if (!from) return;
  const to = barAt(event);
  if (!to || to.svg !== from.svg || to.bar === from.bar) return;
  const [first, last] = between(from.bar, to.bar);
  from.svg.classList.add("dragging");
  from.svg.querySelectorAll(".bar").forEach((bar) => bar.classList.toggle("in", Number(bar.dataset.first) >= first && Number(bar.dataset.last) <= last));
  from.to = to.bar;
});
document.addEventListener("pointerup", () => {
  const drag = from;
  from = null;
  if (!drag || !drag.to) return;
  const [first, last] = between(drag.bar, drag.to);
  const form = document.querySelector("[data-years]");
  const year = (number) => String(number).padStart(4, "0");
  if (!form) return location.assign(`/search?query=from:${year(first)}+to:${year(last)}`);
  form.elements.from.value = year(first);
  form.elements.to.value = year(last);
  form.requestSubmit();
});
document.addEventListener("dragstart", (event) => { if (event.target.closest && event.target.closest("[data-picture]")) event.preventDefault(); });

document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) print(); });
document.addEventListener("change", (event) => { const form = event.target.closest("[data-sort]"); if (form) form.requestSubmit(); });
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target.matches("[data-question-form] textarea")) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "results") shutNarrow();
  const turns = document.querySelectorAll("#conversation .turn");
  if (event.target.id === "conversation" && turns.length) turns[turns.length - 1].scrollIntoView({ block: "start" });
});
// A refusal is a page of its own, shown whole.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status >= 400) {
    event.detail.shouldSwap = event.detail.isError = true;
    event.detail.target = document.getElementById("main");
    event.detail.selectOverride = "#main > *";
  }
});
document.addEventListener("htmx:xhr:progress", (event) => {
  const bar = event.target.querySelector && event.target.querySelector("progress");
  if (!bar || !event.detail.lengthComputable) return;
  bar.hidden = false;
  bar.value = (100 * event.detail.loaded) / event.detail.total;
});

if ("serviceWorker" in navigator && isSecureContext) navigator.serviceWorker.register("/worker.js").catch(() => {});
