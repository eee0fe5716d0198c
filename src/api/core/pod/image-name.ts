/** References to images, as far as the default pull policy needs them. [github.com/distribution/reference; Kubernetes' pkg/util/parsers] */

const COMPONENT = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const HOST = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const DOMAIN = `(?:${HOST}(?:\\.${HOST})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const TAG = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";
const DIGEST = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}";

const domain = new RegExp(`^${DOMAIN}$`);
const path = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);
const tail = new RegExp(`^(?::(${TAG}))?(?:@(${DIGEST}))?$`);
/** Longer names than this are no references; a name of one part stands for one in this folder. */
const NAME_MAX = 255;
const FOLDER = "library/";

/** @returns the image's tag: `latest` where it names neither tag nor digest; empty where it has only a digest or is no reference at all */
export function imageTag(image: string): string {
  if (/^[0-9a-f]{64}$/.test(image)) return "";
  const slash = image.indexOf("/");
  const first = image.slice(0, Math.max(slash, 0));
  const hasDomain = slash > 0 && (/[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase());
  const rest = hasDomain ? image.slice(slash + 1) : image;
  const end = rest.search(/[:@]/);
  const name = end < 0 ? rest : rest.slice(0, end);
  const length = name.length + (hasDomain || name.includes("/") ? 0 : FOLDER.length);
  if (image.length > NAME_MAX * 2 || length > NAME_MAX || !path.test(name) || (hasDomain && !domain.test(first))) return "";
  const parts = tail.exec(end < 0 ? "" : rest.slice(end));
  if (!parts) return "";
  return parts[1] ?? (parts[2] === undefined ? "latest" : "");
}

/** `Always` for an image that can change under its name, else `IfNotPresent`. */
export function defaultPullPolicy(image: string | undefined): string {
  return imageTag(image ?? "") === "latest" ? "Always" : "IfNotPresent";
}
