/** The command line. Each process of the cluster is a command too: what it can do is what its room can import. */

import { Command, InvalidArgumentError, Option } from "commander";
import { defaultData } from "./cluster/layout.ts";
import { UserError } from "./user-error.ts";

/** The processes, each with its own room; loaded only when run. */
const PROCESSES: Readonly<Record<string, () => Promise<{ main(args: string[]): Promise<void> }>>> = {
  apiserver: () => import("../apiserver/main.ts"),
  scheduler: () => import("../scheduler/main.ts"),
  signer: () => import("../signer/main.ts"),
  network: () => import("../network/main.ts"),
  dns: () => import("../network/dns/main.ts"),
  controllers: () => import("../controllers/main.ts"),
  node: () => import("../node/main.ts"),
};

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError("expected a whole number above 0");
  return value;
}

function commandLine(): Command {
  const program = new Command("rampart").description("A Kubernetes-compatible cluster manager whose threat model is a program.").enablePositionalOptions();
  const data = (): Option => new Option("--data <folder>", "the cluster's data folder").default(defaultData());

  program
    .command("up")
    .description("start the cluster and keep it running")
    .option("--control-plane-only", "no nodes: what can be had without root", false)
    .option("--only <names>", "only these processes, separated by commas", (text) => text.split(","), [] as string[])
    .option("--nodes <number>", "how many nodes, each a small machine of its own", positive)
    .addOption(new Option("--egress <kind>", "whether nodes reach beyond this machine").choices(["none", "masquerade"]))
    .addOption(data())
    .option("--port <port>", "where the API server listens", positive)
    .option("--instances <number>", "API servers on the one port, each a thread of its process", positive)
    .option("--detach", "return when all is ready", false)
    .action(async (options) => (await import("./commands/up.ts")).up(options));
  program
    .command("down")
    .description("stop the cluster; its data stays")
    .addOption(data())
    .action(async (options) => (await import("./commands/down.ts")).down(options));
  program
    .command("status")
    .description("show the cluster's processes")
    .option("--json", "as JSON", false)
    .addOption(data())
    .action(async (options) => (await import("./commands/status.ts")).status(options));
  program
    .command("verify")
    .description("attack the cluster with every drill of the threat model, and say what came of it")
    .option("--kubeconfig <file>", "attack this cluster instead, as its administrator: any Kubernetes will do")
    .option("--only <ids>", "only these drills, separated by commas", (text) => text.split(","), [] as string[])
    .option("--json", "as JSON", false)
    .addOption(data())
    .action(async (options) => (await import("./commands/verify.ts")).verify(options));
  const image = program.command("image").description("images of the nodes");
  image
    .command("load <file>")
    .description("load a docker or OCI archive into every node")
    .addOption(data())
    .action(async (file, options) => (await import("./commands/image.ts")).loadImage(file, options));
  program
    .command("addons", { hidden: true })
    .option("--with-nodes", "also what nodes need", false)
    .addOption(data())
    .action(async (options) => (await import("./commands/addons.ts")).addons(options));
  program.command("setup").description("install everything that Rampart needs, start nothing");
  program.command("test").description("run the tests");
  program.command("check").description("format, lint, layers, types, dead code");
  for (const name of Object.keys(PROCESSES)) program.command(name).description(`run the ${name} by itself`).allowUnknownOption();
  return program;
}

async function main(args: string[]): Promise<void> {
  const [name = "", ...rest] = args;
  const load = Object.hasOwn(PROCESSES, name) ? PROCESSES[name] : undefined;
  if (load) await (await load()).main(rest);
  else await commandLine().parseAsync(args, { from: "user" });
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(error instanceof UserError ? `${error.message}\n` : `${error instanceof Error ? (error.stack ?? error.message) : error}\n`);
  process.exitCode = 1;
}
