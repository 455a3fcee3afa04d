// Who may change what these pages show: administrators. Managers look at it, as the server has it.

let role = null;

export const useRole = (given) => { role = given; };
export const mayChange = () => role === "administrator";

/** What changes something, for those who may; nobody else is offered it. */
export const offered = (element) => (mayChange() ? element : null);

/** Controls as this user may have them: who only looks still reads, copies and searches. */
export function allowed(root) {
  if (mayChange()) return root;
  for (const control of [root, ...root.querySelectorAll("*")]) {
    if (control.matches("textarea, input:not([type='checkbox'], .search)")) control.readOnly = true;
    else if (control.matches("select, button, input[type='checkbox']")) control.disabled = true;
  }
  return root;
}
