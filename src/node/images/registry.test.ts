import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { busyboxLayer } from "../../../test/support/busybox.ts";
import { insideMachine } from "../../../test/support/machine.ts";
import { demoPod, type NodeCluster, startNodeCluster } from "../../../test/support/node-cluster.ts";
import { LOGIN, push, type Registry, startRegistry } from "../../../test/support/registry.ts";
import { until } from "../../../test/support/until.ts";
import { Event, Pod, Secret } from "../../api/resources.ts";
import type { Event as EventObject, Pod as PodObject } from "../../api/tables/core-v1.ts";
import { runAgent } from "../agent.ts";

const IMAGE = "team/app:1";
const AGENT = new AbortController();

insideMachine(import.meta.filename, (folder) => {
  let setting: NodeCluster;
  let open: Registry;
  let closed: Registry;
  let digest: string;

  before(async () => {
    setting = await startNodeCluster(folder);
    const { registries } = setting.containerd.paths;
    open = await startRegistry({ storage: `${folder}/registry`, port: 5000, login: false, registries });
    closed = await startRegistry({ storage: `${folder}/registry`, port: 5001, login: true, registries });
    digest = await push(open, IMAGE, busyboxLayer());
    await runAgent(setting.agentOptions(AGENT.signal));
  });
  after(async () => {
    try {
      await until("cleaned up", async () => (await setting.containerd.runtime.listSandboxes()).length === 0);
    } finally {
      AGENT.abort();
      await closed.stop();
      await open.stop();
      await setting.stop();
    }
  });

  /** As `kubectl create secret docker-registry` makes it. */
  async function pullSecret(name: string, password: string): Promise<void> {
    const { username } = LOGIN;
    const entry = { username, password, auth: Buffer.from(`${username}:${password}`).toString("base64") };
    const config = Buffer.from(JSON.stringify({ auths: { [closed.host]: entry } })).toString("base64");
    await setting.admin.create(Secret, {
      metadata: { name, namespace: "demo" },
      type: "kubernetes.io/dockerconfigjson",
      data: { ".dockerconfigjson": config },
    });
  }

  async function start(name: string, image: string, secret?: string): Promise<void> {
    const spec = secret === undefined ? {} : { imagePullSecrets: [{ name: secret }] };
    await setting.admin.create(Pod, demoPod(name, "exec sleep 3600", spec, { image }));
  }

  const stateOf = async (name: string) => (await setting.admin.get<PodObject>(Pod, "demo", name)).status?.containerStatuses?.[0];

  /** Waits for an event of the pod. @returns its message */
  function event(pod: string, reason: string, like: RegExp): Promise<string> {
    return until(`an event ${reason} ${like} of ${pod}`, async () => {
      const { items } = await setting.admin.list<EventObject>(Event, "demo");
      return items.find((one) => one.involvedObject.name === pod && one.reason === reason && like.test(one.message ?? ""))?.message;
    });
  }

  async function end(name: string): Promise<void> {
    await setting.admin.delete(Pod, "demo", name, { gracePeriodSeconds: 0 });
  }

  test("a public image is pulled by its tag and by its digest, and the status says which one runs", async () => {
    await start("tag", `${open.host}/${IMAGE}`);
    await start("digest", `${open.host}/team/app@${digest}`);
    for (const name of ["tag", "digest"]) {
      const status = await until(`${name} running`, async () => {
        const found = await stateOf(name);
        return found?.state?.running && found;
      });
      assert.equal(status.imageID, `${open.host}/team/app@${digest}`);
    }
    assert.match(await event("tag", "Pulling", /./), /^Pulling image "127\.0\.0\.1:5000\/team\/app:1"$/);
    assert.match(
      await event("tag", "Pulled", /Successfully/),
      /^Successfully pulled image "127\.0\.0\.1:5000\/team\/app:1" in \S+ \(\S+ including waiting\)\. Image size: \d+ bytes\.$/,
    );
    await end("tag");
    await end("digest");
  });

  test("a private image is refused to who shows no password or a wrong one, and the event says why", async () => {
    await pullSecret("wrong", "open barley");
    await start("nobody", `${closed.host}/${IMAGE}`);
    await start("wrong", `${closed.host}/${IMAGE}`, "wrong");
    for (const name of ["nobody", "wrong"]) {
      assert.match(await event(name, "Failed", /^Failed to pull/), /^Failed to pull image "127\.0\.0\.1:5001\/team\/app:1": .*401 Unauthorized/);
      await event(name, "Failed", /^Error: ErrImagePull$/);
      const state = await until(`${name} backing off`, async () => {
        const waiting = (await stateOf(name))?.state?.waiting;
        return waiting?.reason === "ImagePullBackOff" && waiting;
      });
      assert.match(state.message ?? "", /^Back-off pulling image "127\.0\.0\.1:5001\/team\/app:1": ErrImagePull: .*401 Unauthorized/);
      assert.match(await event(name, "BackOff", /./), /^Back-off pulling image "127\.0\.0\.1:5001\/team\/app:1"$/);
      await event(name, "Failed", /^Error: ImagePullBackOff$/);
      assert.equal((await setting.admin.get<PodObject>(Pod, "demo", name)).status?.phase, "Pending");
      await end(name);
    }
  });

  test("a private image runs for who has its password, and a pod that waits starts once its secret is right", { timeout: 60_000 }, async () => {
    await start("late", `${closed.host}/${IMAGE}`, "login");
    await event("late", "Failed", /401 Unauthorized/);
    await pullSecret("login", LOGIN.password);
    await until("late running", async () => (await stateOf("late"))?.state?.running, 40_000);
    await end("late");
    // Always pulls: the image is there from the pod before.
    await setting.admin.create(
      Pod,
      demoPod("again", "exec sleep 3600", { imagePullSecrets: [{ name: "login" }] }, { image: `${closed.host}/${IMAGE}`, imagePullPolicy: "Always" }),
    );
    await until("again running", async () => (await stateOf("again"))?.state?.running);
    await event("again", "Pulled", /^Successfully/);
    await end("again");
  });

  test("a tag that isn't there is told as such", async () => {
    await start("absent", `${open.host}/team/app:2`);
    assert.match(await event("absent", "Failed", /^Failed to pull/), /127\.0\.0\.1:5000\/team\/app:2: not found/);
    await end("absent");
    assert.deepEqual(execFileSync("ip", ["route", "show", "default"], { encoding: "utf8" }), "", "nothing could have come from elsewhere");
  });
});
