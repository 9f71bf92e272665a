// What all charts share: type, lines, tooltips. Rich-text tooltips are painted on the canvas: nothing writes a
// style attribute, which the Content-Security-Policy refuses.
import { token } from "./colours.js";

export const FONT = "Inter Variable";
const format = new Intl.NumberFormat(document.documentElement.lang, { notation: "compact", maximumFractionDigits: 1 });

export const tooltip = () => ({
  trigger: "axis",
  renderMode: "richText",
  backgroundColor: token("--color-base-100"),
  borderColor: token("--color-base-300"),
  padding: [8, 12],
  textStyle: { color: token("--color-base-content"), fontFamily: FONT, fontSize: 12, lineHeight: 18 },
});

export const valueAxis = () => ({
  type: "value",
  min: 0,
  splitNumber: 3,
  minInterval: 1,
  axisLabel: {
    inside: true,
    color: token("--color-base-content", 0.66),
    fontSize: 11,
    fontFamily: FONT,
    verticalAlign: "bottom",
    margin: 0,
    padding: [0, 0, 2, 0],
    showMinLabel: false,
    formatter: (value) => format.format(value),
  },
  axisLine: { show: false },
  axisTick: { show: false },
  splitLine: { lineStyle: { color: token("--color-base-300"), type: "dashed" } },
});
