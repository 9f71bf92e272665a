// A chart from the table that stands beside it (components/chart.html).
import * as echarts from "echarts/core";

import { onTheme, painted, token, tone } from "./colours.js";
import { FONT, tooltip, valueAxis } from "./look.js";

function read(figure) {
  const columns = [...figure.querySelectorAll("thead [data-tone]")].map((cell) => ({
    word: cell.textContent.trim(),
    colour: tone(cell.dataset.tone, figure),
  }));
  const rows = [...figure.querySelectorAll("tbody tr")].map((row) => ({
    label: row.querySelector("th").textContent.trim(),
    cells: [...row.querySelectorAll("td")].map((cell) => ({ value: Number(cell.dataset.value), text: cell.textContent.trim() })),
  }));
  return { columns, rows };
}

const shapes = {
  line: (colour, alone) => ({
    type: "line",
    showSymbol: false,
    symbolSize: 7,
    smooth: 0.15,
    lineStyle: { color: painted(colour), width: 2 },
    areaStyle: alone ? { color: painted(colour, 0.1) } : undefined,
  }),
  bars: () => ({ type: "bar", barMaxWidth: 28, barGap: "10%", itemStyle: { borderRadius: [3, 3, 0, 0] } }),
  stacked: () => ({ type: "bar", stack: "all", barMaxWidth: 28 }),
};

function options(kind, { columns, rows }) {
  return {
    animation: false,
    grid: { left: 0, right: 0, top: 14, bottom: 22 },
    tooltip: {
      ...tooltip(),
      axisPointer: { type: kind === "line" ? "line" : "shadow", lineStyle: { color: token("--color-accent") }, shadowStyle: { color: token("--color-base-content", 0.05) } },
      formatter: ([{ dataIndex }]) =>
        [rows[dataIndex].label, ...columns.map((column, at) => `${column.word}   ${rows[dataIndex].cells[at].text}`)].join("\n"),
    },
    xAxis: {
      type: "category",
      data: rows.map((row) => row.label),
      boundaryGap: kind !== "line",
      axisLine: { lineStyle: { color: token("--color-base-300") } },
      axisTick: { show: false },
      axisLabel: { color: token("--color-base-content", 0.72), fontSize: 11, fontFamily: FONT, hideOverlap: true, alignMinLabel: "left", alignMaxLabel: "right" },
    },
    yAxis: valueAxis(),
    series: columns.map((column, at) => ({
      ...shapes[kind](column.colour, columns.length === 1),
      name: column.word,
      color: painted(column.colour),
      data: rows.map((row) => row.cells[at].value),
    })),
  };
}

export function start(figure) {
  const chart = echarts.init(figure.querySelector(".chart-canvas"), null, { renderer: "canvas" });
  const paint = () => chart.setOption(options(figure.dataset.chart, read(figure)), { notMerge: true });
  paint();
  onTheme(paint);
  // New numbers come into the table by a stream; the drawing follows.
  new MutationObserver(() => requestAnimationFrame(paint)).observe(figure.querySelector(".chart-table"), { childList: true, subtree: true, characterData: true });
  new ResizeObserver(() => chart.resize()).observe(figure);
}
