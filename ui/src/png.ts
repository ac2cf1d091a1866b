// A chart as a PNG: drawn once more on a canvas, which knows the page's fonts where a picture of an SVG does not.
import { type EChartsCoreOption, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

import { make } from "./dom";

use([CanvasRenderer]);

/** The options painted at twice the size of `like`, on a ground of the given colour. */
export async function paint(options: EChartsCoreOption, like: HTMLElement, ground: string): Promise<Blob> {
  const sheet = make("div");
  const picture = init(sheet, null, { renderer: "canvas", width: like.clientWidth || 860, height: like.clientHeight || 300 });
  picture.setOption({ ...options, animation: false });
  const canvas = picture.renderToCanvas({ pixelRatio: 2, backgroundColor: ground });
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  picture.dispose();
  if (!blob) throw new Error("the browser could not paint the chart");
  return blob;
}
