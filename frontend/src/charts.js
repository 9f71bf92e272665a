// Charts, tree-shaken, fetched only by pages that have one (lazy.js).
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

import { start as startFigure } from "./charts/figure.js";
import { start as startRate } from "./charts/rate.js";

echarts.use([BarChart, CanvasRenderer, GridComponent, LineChart, TooltipComponent]);

const started = new WeakSet();

export function drawAll() {
  for (const element of document.querySelectorAll("[data-chart]")) {
    if (started.has(element)) continue;
    started.add(element);
    (element.dataset.chart === "rate" ? startRate : startFigure)(element);
  }
}

drawAll();
