/** Structured logs: one JSON object a line on standard output. Facts are plain values by type, so that no object with a secret in it can be logged whole. */

import pino from "pino";

export type Fact = string | number | boolean | undefined | readonly string[];
export type Facts = Readonly<Record<string, Fact>>;

export interface Log {
  debug(message: string, facts?: Facts): void;
  info(message: string, facts?: Facts): void;
  warn(message: string, facts?: Facts): void;
  error(message: string, facts?: Facts): void;
  /** Says, once, that the component does its work from now on: what starts components waits for this line. */
  ready(facts?: Facts): void;
  /** From now on what is below the level isn't written. */
  setLevel?(level: LogLevel): void;
}

export type LogLevel = "debug" | "info" | "warn" | "error";

/** The member of the line that says so. */
export const READY_MARK = '"ready":true';

/** @param component stands in each line: `apiserver`, `node` … */
export function createLog(component: string, level: LogLevel = "info"): Log {
  const logger = pino({
    level,
    base: { component },
    messageKey: "message",
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
  return {
    debug: (message, facts) => logger.debug(facts ?? {}, message),
    info: (message, facts) => logger.info(facts ?? {}, message),
    warn: (message, facts) => logger.warn(facts ?? {}, message),
    error: (message, facts) => logger.error(facts ?? {}, message),
    ready: (facts) => logger.info({ ...facts, ready: true }, "ready"),
    setLevel(wanted) {
      logger.level = wanted;
    },
  };
}
