/** `$(NAME)` in commands, arguments, environment values and subPathExpr. */

/** `$$` stands for `$`; a reference to nothing stays as it is written. */
export function expand(text: string, lookUp: (name: string) => string | undefined): string {
  return text.replace(/\$(?:\$|\(([^)]*)\))/g, (whole, name: string | undefined) => (name === undefined ? "$" : (lookUp(name) ?? whole)));
}
