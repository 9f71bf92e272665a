// The speed of a campaign that is leaving: the last three minutes, a point a second.
import * as echarts from "echarts/core";

import { onTheme, token } from "./colours.js";
import { tooltip, valueAxis } from "./look.js";

const SECONDS = 180;
const format = new Intl.NumberFormat(document.documentElement.lang);

function options(label) {
  const line = token("--color-info");
  return {
    animation: false,
    grid: { left: 0, right: 0, top: 14, bottom: 2 },
    tooltip: { ...tooltip(), formatter: ([point]) => `${format.format(point.value[1])} · ${label}` },
    xAxis: { type: "value", min: -SECONDS, max: 0, show: false },
    yAxis: { ...valueAxis(), splitNumber: 2 },
    series: [
      {
        type: "line",
        showSymbol: false,
        smooth: 0.2,
        lineStyle: { color: line, width: 2 },
        itemStyle: { color: line },
        areaStyle: { color: token("--color-info", 0.1) },
        data: [],
      },
    ],
  };
}

function points() {
  const written = document.getElementById("rate-history")?.value ?? "";
  const rates = written ? written.split(",").map(Number) : [];
  return rates.map((rate, index) => [index - rates.length + 1, rate]);
}

export function start(element) {
  const chart = echarts.init(element, null, { renderer: "canvas" });
  const draw = () => chart.setOption({ series: [{ data: points() }] });
  const paint = () => {
    chart.setOption(options(element.dataset.label));
    draw();
  };
  paint();
  document.addEventListener("htmx:sseMessage", draw);
  onTheme(paint);
  new ResizeObserver(() => chart.resize()).observe(element);
}
