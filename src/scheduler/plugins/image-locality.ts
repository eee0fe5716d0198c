/** A node that has the pod's images starts it sooner. */

import { plugin, SCORE_MAX } from "../plugin.ts";

/** Below the first nothing is gained, above the second nothing more (a container). */
const MIN_BYTES = 23 * 1024 * 1024;
const MAX_BYTES = 1000 * 1024 * 1024;

export default plugin({
  name: "ImageLocality",
  wakesOn: [],
  score({ pod }, { node }) {
    const images = node?.status?.images;
    const containers = pod.spec.containers ?? [];
    if (!images?.length || containers.length === 0) return 0;
    const wanted = new Set(containers.map(({ image }) => normal(image ?? "")));
    const bytes = images.reduce((sum, { names, sizeBytes }) => sum + (names?.some((name) => wanted.has(name)) ? Number(sizeBytes ?? 0) : 0), 0);
    const [least, most] = [MIN_BYTES, MAX_BYTES * containers.length];
    return ((Math.min(Math.max(bytes, least), most) - least) / (most - least)) * SCORE_MAX;
  },
});

function normal(image: string): string {
  return image.lastIndexOf(":") > image.lastIndexOf("/") ? image : `${image}:latest`;
}
