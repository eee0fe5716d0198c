/** A failure that its reader can do something about: shown as it stands, without a stack. */
export class UserError extends Error {
  override name = "UserError";
}
