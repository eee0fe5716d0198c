/** The ten threats of Kubernetes' Security Threat Model, in short words. */

export const threats: Readonly<Record<number, string>> = {
  1: "Escape from container and pod",
  2: "Access without a login or a right",
  3: "Taking more than one's share",
  4: "Crashing or wedging the system",
  5: "Controllers as confused deputies",
  6: "Secrets read without the right",
  7: "From the API to a node's powers",
  8: "From the federation to a node's powers",
  9: "Concealment",
  10: "Names taken over from others",
};
