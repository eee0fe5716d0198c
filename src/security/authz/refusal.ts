/** The 403 of a request that nobody allows, in Kubernetes' words. */

import { forbidden, type StatusError } from "../../machinery/status/status-error.ts";
import type { Attributes } from "../attributes.ts";
import type { User } from "../user.ts";

/** No answer may look like HTML to a browser. */
const harmless = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function sentence(user: User, asked: Attributes): string {
  const q = JSON.stringify;
  if (!asked.isResource) return `User ${q(user.name)} cannot ${asked.verb} path ${q(asked.path)}`;
  const resource = asked.subresource ? `${asked.resource}/${asked.subresource}` : asked.resource;
  const place = asked.namespace ? `in the namespace ${q(asked.namespace)}` : "at the cluster scope";
  return `User ${q(user.name)} cannot ${asked.verb} resource ${q(resource)} in API group ${q(asked.group)} ${place}`;
}

/** @param reason what the authorizers said, if anything. @returns the error to throw */
export function refusal(user: User, asked: Attributes, reason: string): StatusError {
  const text = harmless(sentence(user, asked));
  return forbidden({ group: asked.group, resource: asked.resource }, asked.name, reason ? `${text}: ${reason}` : text);
}
