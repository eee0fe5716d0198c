/** What the fields of every object's metadata are for, in our words: `kubectl explain` shows it for built-in and custom kinds alike. */

/** By struct and field. */
export const DESCRIPTIONS: Readonly<Record<string, string>> = {
  "meta.v1.ObjectMeta.name": "Name tells the object from the others of its kind in its namespace. It is chosen when the object is made and never changes.",
  "meta.v1.ObjectMeta.generateName": "GenerateName is what a name begins with that the server then makes unique; it counts only where no name is given.",
  "meta.v1.ObjectMeta.namespace": "Namespace is the space in which the name is unique. Cluster-wide objects have none.",
  "meta.v1.ObjectMeta.selfLink": "SelfLink was once the object's path, and is no longer filled in.",
  "meta.v1.ObjectMeta.uid": "UID is this object's alone: another one of the same name, made later, has another. The server sets it.",
  "meta.v1.ObjectMeta.resourceVersion":
    "ResourceVersion changes with every write. Clients hand it back as it is, to watch from there or to write only what nobody else has changed.",
  "meta.v1.ObjectMeta.generation": "Generation counts the changes of what is wanted. The server sets it.",
  "meta.v1.ObjectMeta.creationTimestamp": "CreationTimestamp is a timestamp of when the server made the object. Clients can't set it.",
  "meta.v1.ObjectMeta.deletionTimestamp":
    "DeletionTimestamp is when the object is to be gone. A deletion sets it where the object has a grace period or finalizers; it can't be taken back.",
  "meta.v1.ObjectMeta.deletionGracePeriodSeconds": "DeletionGracePeriodSeconds is how long the object has to end, once its deletion has been asked for.",
  "meta.v1.ObjectMeta.labels": "Labels are keys and values by which objects are chosen.",
  "meta.v1.ObjectMeta.annotations": "Annotations are keys and values that tools keep with the object. Nothing is chosen by them.",
  "meta.v1.ObjectMeta.ownerReferences": "OwnerReferences are the objects that this one depends on: when all of them are gone, it is deleted too.",
  "meta.v1.ObjectMeta.finalizers": "Finalizers are what still has something to do before the object may go. Each takes its own name out of the list.",
  "meta.v1.ObjectMeta.managedFields": "ManagedFields says who set which fields, and how. Server-side apply keeps it.",
};
