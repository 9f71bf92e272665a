// Charts, tree-shaken, loaded only by the pages that have one. Canvas drawing and rich-text tooltips: nothing
// that writes a style attribute, which the Content-Security-Policy refuses.
import { LineChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

echarts.use([CanvasRenderer, GridComponent, LineChart, TooltipComponent]);

const SECONDS = 180;
const format = new Intl.NumberFormat(document.documentElement.lang);

// The theme's colours as a canvas paints them: ECharts does not read oklch().
function colour(name, alpha = 1) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name);
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return `rgba(${red}, ${green}, ${blue}, ${alpha})`;
}

function options(label) {
  const ink = colour("--color-base-content", 0.66);
  const line = colour("--color-info");
  return {
    animation: false,
    grid: { left: 0, right: 0, top: 14, bottom: 2 },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      backgroundColor: colour("--color-base-100"),
      borderColor: colour("--color-base-300"),
      textStyle: { color: colour("--color-base-content"), fontFamily: "Inter Variable", fontSize: 12 },
      formatter: ([point]) => `${format.format(point.value[1])} · ${label}`,
    },
    xAxis: { type: "value", min: -SECONDS, max: 0, show: false },
    yAxis: {
      type: "value",
      min: 0,
      splitNumber: 2,
      minInterval: 1,
      axisLabel: { inside: true, color: ink, fontSize: 11, fontFamily: "Inter Variable", verticalAlign: "bottom", margin: 0, padding: [0, 0, 2, 0], showMinLabel: false, formatter: (value) => format.format(value) },
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { lineStyle: { color: colour("--color-base-300"), type: "dashed" } },
    },
    series: [
      {
        type: "line",
        showSymbol: false,
        smooth: 0.2,
        lineStyle: { color: line, width: 2 },
        itemStyle: { color: line },
        areaStyle: { color: colour("--color-info", 0.1) },
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

function start(element) {
  const chart = echarts.init(element, null, { renderer: "canvas" });
  const draw = () => chart.setOption({ series: [{ data: points() }] });
  const paint = () => {
    chart.setOption(options(element.dataset.label));
    draw();
  };
  paint();
  document.addEventListener("htmx:sseMessage", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  new ResizeObserver(() => chart.resize()).observe(element);
}

document.querySelectorAll("[data-chart=rate]").forEach(start);
