/** Doubles as Go's `%g` writes them. */

/** From this exponent on, and below −4, the exponent is written out. */
const EXPONENT_MAX = 21;

/** @returns the shortest text that reads back as the same number: `1e+21`, `0.5` */
export function goFloat(value: number): string {
  if (Number.isNaN(value)) return ".nan";
  if (!Number.isFinite(value)) return value > 0 ? ".inf" : "-.inf";
  const [mantissa = "0", power = "0"] = value.toExponential().split("e");
  const exponent = Number(power);
  if (exponent >= -4 && exponent < EXPONENT_MAX) return value.toFixed(Math.max(0, mantissa.replace(/[-.]/g, "").length - 1 - exponent));
  return `${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}
