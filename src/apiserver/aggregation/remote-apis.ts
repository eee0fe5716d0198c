/** The versions of groups that other servers serve: what APIServices with a service say, found by group and version. */

import type { APIService, APIServiceCondition } from "../../api/tables/apiregistration-v1.ts";
import type { Reader } from "../../security/reader.ts";

export const GROUP = "apiregistration.k8s.io";
export const RESOURCE = "apiservices";
const PORT = 443;

export interface RemoteApi {
  /** `v1alpha1.wardle.example.com` */
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly service: { readonly namespace: string; readonly name: string; readonly port: number };
  readonly object: APIService;
  readonly available: boolean;
}

export function availableCondition({ status }: APIService): APIServiceCondition | undefined {
  return status?.conditions?.find(({ type }) => type === "Available");
}

export class RemoteApis {
  readonly #reader: Reader;
  readonly #stop: () => void;
  #current: ReadonlyMap<string, RemoteApi> | undefined;

  constructor(reader: Reader) {
    this.#reader = reader;
    this.#stop = reader.onChange(GROUP, RESOURCE, () => {
      this.#current = undefined;
    });
  }

  /** Asked for every request: as long as there are none it costs a look at a number. */
  find(group: string, version: string): RemoteApi | undefined {
    const all = this.#all();
    return all.size === 0 ? undefined : all.get(`${group}/${version}`);
  }

  get all(): Iterable<RemoteApi> {
    return this.#all().values();
  }

  close(): void {
    this.#stop();
  }

  #all(): ReadonlyMap<string, RemoteApi> {
    this.#current ??= new Map([...this.#reader.list<APIService>(GROUP, RESOURCE)].flatMap(remoteApi));
    return this.#current;
  }
}

function remoteApi(object: APIService): [string, RemoteApi][] {
  const { group = "", version = "", service } = object.spec;
  if (!service) return [];
  const { namespace = "", name = "", port = PORT } = service;
  const available = availableCondition(object)?.status === "True";
  return [[`${group}/${version}`, { name: object.metadata.name ?? "", group, version, service: { namespace, name, port }, object, available }]];
}
