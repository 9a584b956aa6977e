/** Size and opacity of dots: the more there are, the smaller and fainter. */
export function dotStyle(count: number): { r: number; fillOpacity: number } {
  if (count <= 100) return { r: 2.5, fillOpacity: 0.85 };
  if (count <= 600) return { r: 1.9, fillOpacity: 0.75 };
  return { r: 1.4, fillOpacity: 0.5 };
}
