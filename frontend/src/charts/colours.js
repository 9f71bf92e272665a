// The theme's colours as a canvas paints them: ECharts does not read oklch().
const canvas = document.createElement("canvas");
canvas.width = canvas.height = 1;
const context = canvas.getContext("2d", { willReadFrequently: true });

export function painted(css, alpha = 1) {
  context.clearRect(0, 0, 1, 1);
  context.fillStyle = css;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return `rgba(${red}, ${green}, ${blue}, ${alpha})`;
}

export const token = (name, alpha = 1) =>
  painted(getComputedStyle(document.documentElement).getPropertyValue(name), alpha);

// The colour that stands for a state or a hue, as the style sheet says it for this theme.
export function tone(name, within) {
  const probe = document.createElement("span");
  probe.className = `tone-${name}`;
  within.append(probe);
  const css = getComputedStyle(probe).getPropertyValue("--tone");
  probe.remove();
  return css;
}

// Calls `paint` when the theme changes, by the system's wish or by the page's.
export function onTheme(paint) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  new MutationObserver(paint).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}
