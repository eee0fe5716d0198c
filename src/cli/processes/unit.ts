/** A unit of the cluster: something that is started, is ready at some moment, may end by itself, and can be stopped. */

import type { ProcessMark } from "./proc.ts";

export interface Unit {
  /** As in `status`: `apiserver`, `node-1/containerd`. */
  readonly name: string;
  /** As in the checklist: `API server`. */
  readonly label: string;
  /** The user in words, for `status`. */
  readonly user: string;
  /** Units that must be ready first. */
  readonly after: readonly string[];
  /** The machine in which it lives: when that goes, it is gone too and starts again with it. */
  readonly within?: string;
  /** Kept running when `up` dies, and taken over by the next one: pods hang on it. */
  readonly adoptable?: true;
  /** Starts it, or takes over what an earlier `up` left running. */
  start(left: ProcessMark | undefined): Promise<Started>;
}

export interface Started {
  /** Absent for a task, which does something once and leaves no process. */
  readonly mark?: ProcessMark;
  /** Rejects when it can't become ready. */
  readonly ready: Promise<void>;
  /** Resolves with what is known of the end. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/** Something to be done once at each start: the bridge, what the cluster's own parts need from the API. */
export function task(name: string, label: string, after: readonly string[], perform: () => Promise<void>): Unit {
  const never = new Promise<string>(() => undefined);
  return { name, label, user: "", after, start: async () => ({ ready: perform(), ended: never, stop: async () => undefined }) };
}
