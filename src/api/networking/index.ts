/** The kinds of networking.k8s.io/v1. */

import type { Kind } from "../kind.ts";
import { Ingress } from "./ingress.ts";
import { IngressClass } from "./ingress-class.ts";
import { IPAddress } from "./ip-address.ts";
import { NetworkPolicy } from "./network-policy.ts";
import { ServiceCIDR } from "./service-cidr.ts";

export const networking: readonly Kind[] = [Ingress, IngressClass, IPAddress, NetworkPolicy, ServiceCIDR];
