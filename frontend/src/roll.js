// Live numbers roll from what they were to what they are: [data-roll], each with an id. The server wrote the
// final text; what is shown on the way is formatted alike.
const DURATION = 450;
const shown = new Map();
const still = matchMedia("(prefers-reduced-motion: reduce)");
const format = new Intl.NumberFormat(document.documentElement.lang);

// Digits alone: groups are parted by spaces, commas or points, and no rolled number has decimals.
const valueOf = (element) => Number(element.textContent.replace(/\D/g, ""));

function roll(element) {
  const to = valueOf(element);
  const text = element.textContent;
  const from = shown.get(element.id) ?? to;
  shown.set(element.id, to);
  if (from === to || still.matches) return;
  const began = performance.now();
  const step = (now) => {
    const done = Math.min(1, (now - began) / DURATION);
    if (!element.isConnected) return;
    element.textContent = done < 1 ? format.format(Math.round(from + (to - from) * done)) : text;
    if (done < 1) requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}

const rollAll = (root) => root.querySelectorAll("[data-roll]").forEach(roll);

rollAll(document);
document.addEventListener("htmx:sseMessage", (event) => rollAll(event.target));
