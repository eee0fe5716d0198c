/** What a namespace's labels ask of its pods. */

import { type FieldError, invalid } from "../../../machinery/status/field-error.ts";
import type { Level } from "./check.ts";

const PREFIX = "pod-security.kubernetes.io/";
export const ENFORCE_LABEL = `${PREFIX}enforce`;
const LEVELS: readonly Level[] = ["privileged", "baseline", "restricted"];
/** Namespaces of the cluster itself, whose pods manage nodes. */
const SYSTEM_NAMESPACES = new Set(["kube-system", "kube-public", "kube-node-lease"]);

export interface LevelVersion {
  readonly level: Level;
  /** The minor version; undefined for `latest`. */
  readonly minor: number | undefined;
}

export interface NamespacePolicy {
  readonly enforce: LevelVersion;
  readonly audit: LevelVersion;
  readonly warn: LevelVersion;
  /** The namespace says itself what it enforces. */
  readonly isOwn: boolean;
  /** Labels that can't be read. */
  readonly errors: readonly FieldError[];
}

/** `restricted:latest`, `baseline:v1.25` */
export const text = ({ level, minor }: LevelVersion): string => `${level}:${minor === undefined ? "latest" : `v1.${minor}`}`;
export const same = (a: LevelVersion, b: LevelVersion): boolean => a.level === b.level && a.minor === b.minor;
export const stricter = (a: Level, b: Level): boolean => LEVELS.indexOf(a) > LEVELS.indexOf(b);

/**
 * @returns the policy: of what labels leave open, `restricted` is enforced but in system namespaces, and nothing is audited or warned of; who enforces a level
 * is warned at that level too
 */
export function policyOf(namespace: string, labels: Readonly<Record<string, string>> | undefined): NamespacePolicy {
  const errors: FieldError[] = [];
  const label = (name: string) => (labels !== undefined && Object.hasOwn(labels, PREFIX + name) ? labels[PREFIX + name]! : undefined);
  const complain = (name: string, value: string, why: string) => errors.push(invalid(`metadata.labels[${PREFIX}${name}]`, value, why));

  function level(name: string, otherwise: Level, unreadable: Level): Level {
    const value = label(name);
    if (value === undefined) return otherwise;
    const found = LEVELS.find((each) => each === value);
    if (!found) complain(name, value, `must be one of ${LEVELS.join(", ")}`);
    return found ?? unreadable;
  }
  function minor(name: string): number | undefined {
    const value = label(`${name}-version`);
    const [, digits] = /^v1\.(\d|[1-9]\d{1,4})$/.exec(value ?? "") ?? [];
    if (value !== undefined && value !== "latest" && digits === undefined) complain(`${name}-version`, value, 'must be "latest" or "v1.x"');
    return digits === undefined ? undefined : Number(digits);
  }

  const enforce = { level: level("enforce", SYSTEM_NAMESPACES.has(namespace) ? "privileged" : "restricted", "restricted"), minor: minor("enforce") };
  const audit = { level: level("audit", "privileged", "privileged"), minor: minor("audit") };
  const asked = { level: level("warn", "privileged", "privileged"), minor: minor("warn") };
  const isOwn = label("enforce") !== undefined;
  const raised = label("warn") === undefined && isOwn && errors.length === 0 && stricter(enforce.level, asked.level);
  const warn = raised ? { level: enforce.level, minor: label("warn-version") === undefined ? enforce.minor : asked.minor } : asked;
  return { enforce, audit, warn, isOwn, errors };
}
