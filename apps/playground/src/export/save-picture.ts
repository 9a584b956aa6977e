import { download } from "./download.ts";

/** Pixels of a PNG for each unit of a chart. */
const SCALE = 2;

/** What a chart takes from the page's style sheet. */
const styled = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-opacity",
  "stroke-linecap",
  "stroke-linejoin",
  "stroke-dasharray",
  "opacity",
  "font-family",
  "font-size",
  "font-weight",
  "text-anchor",
  "dominant-baseline",
  "image-rendering",
  "paint-order",
  "display",
];

/** Save a chart as it looks now, by itself: what the page's style sheet gives it is written into it. */
export async function savePicture(
  chart: SVGSVGElement,
  name: string,
  format: "png" | "svg",
): Promise<void> {
  const { markup, width, height } = standAlone(chart);
  if (format === "svg") download(markup, `${name}.svg`, "image/svg+xml");
  else download(await rasterize(markup, width, height), `${name}.png`, "image/png");
}

function standAlone(chart: SVGSVGElement) {
  const copy = chart.cloneNode(true) as SVGSVGElement;
  const [originals, copies] = [chart, copy].map((root) => [root, ...root.querySelectorAll("*")]);
  for (const [index, original] of (originals as Element[]).entries()) {
    const computed = getComputedStyle(original);
    const style = styled.map((property) => `${property}:${computed.getPropertyValue(property)}`);
    (copies as Element[])[index]?.setAttribute("style", style.join(";"));
  }
  const { width, height } = chart.viewBox.baseVal;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  ground.setAttribute("width", "100%");
  ground.setAttribute("height", "100%");
  ground.setAttribute("fill", getComputedStyle(document.body).backgroundColor);
  copy.prepend(ground);
  return { markup: new XMLSerializer().serializeToString(copy), width, height };
}

async function rasterize(markup: string, width: number, height: number): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(markup)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = SCALE * width;
  canvas.height = SCALE * height;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error("This browser could not make a PNG of the picture. Save it as SVG.");
  return blob;
}
