/** pods/proxy: HTTP to a pod's own address. */

import { PURPOSES } from "../../../machinery/dialer.ts";
import { badRequest, serviceUnavailable } from "../../../machinery/status/status-error.ts";
import type { Call } from "../../call.ts";
import { podOf } from "./pod.ts";
import { ANY_TLS, proxy } from "./proxy.ts";
import { portNumber, proxyName } from "./proxy-name.ts";
import { admitConnect } from "./session.ts";

export async function podProxy(call: Call): Promise<void> {
  const { attributes, context, exchange } = call;
  await admitConnect(call, { path: attributes.tail });
  const { secure, name, port } = proxyName("pod", attributes.name);
  const { spec, status } = await podOf(call, name);
  const declared = spec?.containers?.find(({ ports = [] }) => ports.length > 0)?.ports?.[0]?.containerPort;
  const host = status?.podIPs?.[0]?.ip || status?.podIP;
  if (!host) throw badRequest("address not allowed");
  if (!context.outgoing) throw serviceUnavailable("this server reaches no pods");
  const number = port === "" ? Number(declared ?? (secure ? 443 : 80)) : portNumber(port);
  const target = { purpose: PURPOSES.proxy, host, port: number, signal: exchange.signal };
  await proxy(call, { outgoing: context.outgoing, target, facts: secure ? ANY_TLS : undefined });
}
