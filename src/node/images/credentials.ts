/** Which of a pod's pull secrets are for an image's registry. */

import type { Secret } from "../../api/tables/core-v1.ts";
import type { AuthConfig } from "../runtime/cri/cri.ts";

interface DockerEntry {
  readonly username?: string;
  readonly password?: string;
  readonly auth?: string;
  readonly identitytoken?: string;
  readonly registrytoken?: string;
}

const DOCKER_HUB = "docker.io";

/** @returns `registry/path` of an image's name, without tag and digest */
export function repositoryOf(image: string): string {
  const name = image.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
  const [first = "", ...rest] = name.split("/");
  const named = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  if (named) return name;
  return `${DOCKER_HUB}/${rest.length > 0 ? name : `library/${name}`}`;
}

function matches(key: string, repository: string): boolean {
  const place = key
    .replace(/^https?:\/\//, "")
    .replace(/\/v[12]\/?$/, "")
    .replace(/^index\.docker\.io/, DOCKER_HUB)
    .replace(/\/$/, "");
  const [pattern = "", ...path] = place.split("/");
  const [host = "", ...rest] = repository.split("/");
  const patternParts = pattern.split(".");
  const hostParts = host.split(".");
  // A star stands for one label of the host's name.
  const sameHost = patternParts.length === hostParts.length && patternParts.every((part, index) => part === "*" || part === hostParts[index]);
  return sameHost && path.every((part, index) => part === rest[index]);
}

function entriesOf(secret: Secret): [string, DockerEntry][] {
  const modern = secret.data?.[".dockerconfigjson"];
  const old = secret.data?.[".dockercfg"];
  try {
    if (modern) return Object.entries((JSON.parse(Buffer.from(modern, "base64").toString()) as { auths?: Record<string, DockerEntry> }).auths ?? {});
    if (old) return Object.entries(JSON.parse(Buffer.from(old, "base64").toString()) as Record<string, DockerEntry>);
  } catch {
    // What isn't JSON is for no registry.
  }
  return [];
}

/** @returns what to try, the most specific first; empty where only an anonymous pull is left */
export function credentialsFor(image: string, secrets: readonly Secret[]): AuthConfig[] {
  const repository = repositoryOf(image);
  return secrets
    .flatMap(entriesOf)
    .filter(([key]) => matches(key, repository))
    .toSorted(([a], [b]) => b.length - a.length)
    .map(([, { username = "", password = "", auth = "", identitytoken = "", registrytoken = "" }]) => ({
      ...(username ? { username, password } : { auth }),
      ...(identitytoken && { identity_token: identitytoken }),
      ...(registrytoken && { registry_token: registrytoken }),
    }));
}
