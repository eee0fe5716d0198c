/** The streams of a remote command (exec, attach), the same whichever protocol carries them. */

import type { Duplex } from "node:stream";

export interface CommandStreams {
  /** Read where the command runs. */
  readonly stdin?: Duplex;
  readonly stdout?: Duplex;
  /** Absent with a terminal, whose output is one. */
  readonly stderr?: Duplex;
  /** Carries one Status in JSON, at the end. */
  readonly error: Duplex;
  /** `{"Width":80,"Height":24}`, one after the other. */
  readonly resize?: Duplex;
}

/** Which streams a command was asked for with. */
export interface CommandAsked {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

export const CHANNELS = ["stdin", "stdout", "stderr", "error", "resize"] as const;
export type ChannelName = (typeof CHANNELS)[number];
