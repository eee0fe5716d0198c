/** What `kubectl explain` says of metadata, where a document describes users' own kinds. */

import { isObject } from "../plain.ts";
import type { Json } from "./schemas.ts";

const OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

const PROSE: Readonly<Record<string, string>> = {
  annotations: "Annotations are what tools keep with the object: any text by key, which nothing selects by.",
  creationTimestamp: "CreationTimestamp is a timestamp of the moment when the server made the object. Clients can't set it.",
  deletionGracePeriodSeconds: "DeletionGracePeriodSeconds is how long the object may take to end once it is being deleted.",
  deletionTimestamp: "DeletionTimestamp is the moment after which the object is gone, as soon as it has no finalizers. Clients can't set it.",
  finalizers: "Finalizers name who has to clean up before the object may go: it stays until the list is empty.",
  generateName: "GenerateName begins a name that the server makes, where the object brings none.",
  generation: "Generation counts the changes of what the object shall be.",
  labels: "Labels are what the object is selected by.",
  managedFields: "ManagedFields says who owns which fields, for server-side apply.",
  name: "Name tells the object apart from others of its kind in its namespace. It can't be changed.",
  namespace: "Namespace is where the object lies; objects of cluster-wide kinds lie in none.",
  ownerReferences: "OwnerReferences name the objects that this one belongs to: when all of them are gone, so is it.",
  resourceVersion: "ResourceVersion changes with every write: by it clients see that an object has changed, and write only what they have seen.",
  selfLink: "SelfLink is no longer set.",
  uid: "UID tells the object apart from any that ever was.",
};

/** Adds the texts to a document's schema of metadata, where it has one. Changes the schemas. */
export function describeMetadata(schemas: Json): void {
  const schema = schemas[OBJECT_META];
  if (!isObject(schema) || !isObject(schema.properties)) return;
  const properties = Object.entries(schema.properties).map(([name, one]) => [name, isObject(one) && PROSE[name] ? { description: PROSE[name], ...one } : one]);
  schemas[OBJECT_META] = { ...schema, properties: Object.fromEntries(properties) };
}
