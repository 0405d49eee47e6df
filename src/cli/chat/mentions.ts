/** Whether a text calls a user: `@name` or `@name#N`, in any case, not within a longer name. */
export function mentions(text: string, userId: string): boolean {
  if (!text.includes('@')) return false;
  const said = folded(text);
  const id = folded(userId);
  const name = id.slice(0, id.lastIndexOf('#'));
  return said.split('@').some((behind, index) => {
    if (index === 0) return false;
    if (behind.startsWith(id)) return !/^\d/.test(behind.slice(id.length));
    return behind.startsWith(name) && !/^[\p{L}\p{M}\p{Nd}_#-]/u.test(behind.slice(name.length));
  });
}

function folded(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
