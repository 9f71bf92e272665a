// Charts, tree-shaken, loaded only by the pages that have one. Canvas drawing and rich-text tooltips: nothing
// that writes a style attribute, which the Content-Security-Policy refuses.
import { LineChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

echarts.use([CanvasRenderer, GridComponent, LineChart, TooltipComponent]);

export { echarts };
