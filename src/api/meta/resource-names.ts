/** What the names of resources (`cpu`, `hugepages-2Mi`, `example.com/gpu`) say of them. [Kubernetes pkg/apis/core/helper/helpers.go] */

export const HUGE_PAGES = "hugepages-";

export const isHugePages = (name: string): boolean => name.startsWith(HUGE_PAGES);

/** Names without a domain, and those under kubernetes.io. */
export const isNative = (name: string): boolean => !name.includes("/") || name.includes("kubernetes.io/");

/** Whether a limit may be above the request. */
export const isOvercommitAllowed = (name: string): boolean => isNative(name) && !isHugePages(name);

/** Whether a pod as a whole may ask for it (KEP-2837). */
export const isPodLevel = (name: string): boolean => name === "cpu" || name === "memory" || isHugePages(name);
