/** The real kubectl: `$KUBECTL`, the newest enough one on PATH, or one built from its published Go module and kept in the user's cache. */

import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Older ones don't know what the tests ask for. */
const MINOR_MIN = 31;
const MODULE_VERSION = "v0.37.2";
const BUILD_TIMEOUT_MS = 900_000;

export interface Kubectl {
  /** @returns what it prints on standard output. Throws an Error with what it prints on standard error when it fails. */
  (...args: readonly string[]): Promise<string>;
  /** The same with a document on standard input: `kubectl.with(yaml, "apply", "-f", "-")`. */
  with(input: string, ...args: readonly string[]): Promise<string>;
  readonly program: string;
  /** The kubeconfig's file. */
  readonly kubeconfig: string;
}

/** @param kubeconfig text of a kubeconfig; kubectl keeps its caches beside it, in a directory that goes with the test */
export function kubectl(t: TestContext, kubeconfig: string): Kubectl {
  const directory = mkdtempSync(join(tmpdir(), "rampart-kubectl-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, "kubeconfig");
  writeFileSync(file, kubeconfig, { mode: 0o600 });
  const program = findKubectl();
  const env = { PATH: process.env.PATH ?? "", HOME: directory, KUBECONFIG: file, KUBECACHEDIR: join(directory, "cache") };
  async function call(input: string | undefined, args: readonly string[]): Promise<string> {
    const running = run(program, [...args], { env, cwd: directory, maxBuffer: 64 << 20, timeout: 60_000 });
    running.child.stdin?.end(input);
    return (await running).stdout;
  }
  return Object.assign((...args: readonly string[]) => call(undefined, args), {
    with: (input: string, ...args: readonly string[]) => call(input, args),
    program,
    kubeconfig: file,
  });
}

let found: string | undefined;

function findKubectl(): string {
  found ??= [process.env.KUBECTL, "kubectl", kept()].find((candidate) => candidate && minorOf(candidate) >= MINOR_MIN) ?? build();
  return found;
}

function kept(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "rampart", `kubectl-${MODULE_VERSION}`);
}

/** @returns the minor version, or -1 where there is no such program */
function minorOf(program: string): number {
  try {
    const { clientVersion } = JSON.parse(
      execFileSync(program, ["version", "--client", "--output", "json"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
    );
    return Number.parseInt(clientVersion.minor, 10);
  } catch {
    return -1;
  }
}

const MAIN = `package main

import (
	"os"

	"k8s.io/kubectl/pkg/cmd"
)

func main() {
	if cmd.NewDefaultKubectlCommand().Execute() != nil {
		os.Exit(1)
	}
}
`;

function build(): string {
  const target = kept();
  if (existsSync(target)) throw new Error(`${target} is no kubectl of version 1.${MINOR_MIN} or newer: delete it`);
  const directory = mkdtempSync(join(tmpdir(), "rampart-kubectl-build-"));
  const go = (...args: readonly string[]) =>
    execFileSync("go", [...args], {
      cwd: directory,
      env: { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=mod" },
      stdio: ["ignore", "ignore", "inherit"],
      timeout: BUILD_TIMEOUT_MS,
    });
  try {
    mkdirSync(join(target, ".."), { recursive: true });
    writeFileSync(join(directory, "main.go"), MAIN);
    writeFileSync(join(directory, "go.mod"), `module kubectl\n\ngo 1.26.0\n\nrequire k8s.io/kubectl ${MODULE_VERSION}\n`);
    go("mod", "tidy");
    const stamp =
      "-s -w -X k8s.io/component-base/version.gitVersion=v1.37.2 -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=37";
    go("build", "-ldflags", stamp, "-o", target, ".");
    return target;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
