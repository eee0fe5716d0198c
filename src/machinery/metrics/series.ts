/** One series of each type, as plain numbers: counting costs an addition, and text is made when somebody asks. */

/** A counter or a gauge. */
export class Value {
  value = 0;

  add(amount = 1): void {
    this.value += amount;
  }

  set(value: number): void {
    this.value = value;
  }
}

/** How often values fell at or below each edge, beside their sum. */
export class Distribution {
  readonly edges: readonly number[];
  /** By edge, not added up; the last is what lies above all of them. */
  readonly counts: number[];
  sum = 0;
  count = 0;

  constructor(edges: readonly number[]) {
    this.edges = edges;
    this.counts = new Array<number>(edges.length + 1).fill(0);
  }

  /** @param times how often the value was seen */
  observe(value: number, times = 1): void {
    const { edges, counts } = this;
    let at = 0;
    while (at < edges.length && value > edges[at]!) at++;
    counts[at]! += times;
    this.sum += value * times;
    this.count += times;
  }
}

/** A distribution over time and not over events: each nanosecond in which a value stood counts once, as Kubernetes' timing histograms count. */
export class TimedDistribution {
  readonly #distribution: Distribution;
  #since: number;

  constructor(distribution: Distribution, now: number) {
    this.#distribution = distribution;
    this.#since = now;
  }

  /** Since the last call the value was this one. @param now milliseconds */
  pass(value: number, now: number): void {
    if (now <= this.#since) return;
    this.#distribution.observe(value, (now - this.#since) * 1e6);
    this.#since = now;
  }
}
