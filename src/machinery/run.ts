/** Runs the host's own tools (ip, unshare, mount …) and says what went wrong in their words. */

import { spawn } from "node:child_process";

export class CommandError extends Error {
  override name = "CommandError";
  readonly code: number | null;
  constructor(command: readonly string[], code: number | null, output: string) {
    super(`\`${command.join(" ")}\` failed (${code ?? "killed"})${output ? `: ${output.trim()}` : ""}`);
    this.code = code;
  }
}

/** Runs a command to its end. @returns its standard output. @throws CommandError when it ends with anything but 0 */
export function run(command: readonly string[], input?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const [program = "", ...args] = command;
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
    let out = "";
    let err = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      err += text;
    });
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve(out) : reject(new CommandError(command, code, err || out))));
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}

/** As `run`, for what may have been done already or may not be there any more. @returns whether it succeeded */
export async function attempt(command: readonly string[]): Promise<boolean> {
  try {
    await run(command);
    return true;
  } catch (error) {
    if (error instanceof CommandError) return false;
    throw error;
  }
}
