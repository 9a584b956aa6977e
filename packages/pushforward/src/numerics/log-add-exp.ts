/** `log(exp(a) + exp(b))` on the host, without overflow; either may be -Infinity. */
export function logAddExp(a: number, b: number): number {
  const [larger, smaller] = a > b ? [a, b] : [b, a];
  return smaller === -Infinity ? larger : larger + Math.log1p(Math.exp(smaller - larger));
}
