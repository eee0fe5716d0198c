/** The order in which Kubernetes' YAML has keys: letters after other characters, runs of digits by their value. */

const LETTER = /^\p{L}$/u;
const DIGITS = /^\p{Nd}+/u;

/** Negative, zero or positive, as `a` comes before, with or after `b`. */
export function compareKeys(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const x = left[i]!;
    const y = right[i]!;
    if (x === y) continue;
    const isLeftLetter = LETTER.test(x);
    const isRightLetter = LETTER.test(y);
    if (isLeftLetter && isRightLetter) return codePoint(x) - codePoint(y);
    if (isLeftLetter || isRightLetter) return isRightLetter ? -1 : 1;
    return compareDigits(left, right, i) || codePoint(x) - codePoint(y);
  }
  return left.length - right.length;
}

/** Compares the runs of digits that begin at `at`; where one is a zero inside a larger number, the length of the runs decides. */
function compareDigits(left: readonly string[], right: readonly string[], at: number): number {
  const leading = (left[at] === "0" || right[at] === "0") && followsNonZeroDigit(left, at) ? "1" : "";
  const x = digitsFrom(left, at);
  const y = digitsFrom(right, at);
  const difference = BigInt(`0${leading}${x}`) - BigInt(`0${leading}${y}`);
  if (difference !== 0n) return difference < 0n ? -1 : 1;
  return x.length - y.length;
}

function digitsFrom(characters: readonly string[], at: number): string {
  return DIGITS.exec(characters.slice(at, at + 300).join(""))?.[0].replace(/\D/g, "0") ?? "";
}

function followsNonZeroDigit(characters: readonly string[], at: number): boolean {
  for (let i = at - 1; i >= 0 && DIGITS.test(characters[i]!); i--) {
    if (characters[i] !== "0") return true;
  }
  return false;
}

function codePoint(character: string): number {
  return character.codePointAt(0) ?? 0;
}
