// Sets the archive's box where this script stands: a frame, which neither reads the page around it nor is read by it.
"use strict";
(() => {
  const own = document.currentScript;
  if (!own) return;
  const said = own.dataset;
  const address = new URL("/widget", own.src);
  for (const [name, value] of [["theme", said.theme], ["accent", said.accent], ["lang", said.language || document.documentElement.lang], ["collection", said.collection]]) {
    if (value) address.searchParams.set(name, value);
  }
  const frame = document.createElement("iframe");
  frame.src = String(address);
  frame.title = said.title || "Search and ask";
  frame.referrerPolicy = "no-referrer";
  frame.setAttribute("sandbox", "allow-forms allow-popups allow-popups-to-escape-sandbox");
  frame.style.cssText = "display:block;inline-size:100%;border:1px solid #8a8070;border-radius:8px;color-scheme:light dark";
  frame.style.blockSize = `${Math.max(Number(said.height) || 420, 160)}px`;
  own.after(frame);
})();
