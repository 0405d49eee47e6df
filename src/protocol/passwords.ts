/**
 * A password as it is hashed, by the OpaqueString profile (RFC 8265, section 4.2): the same whichever spaces and
 * combining characters a keyboard makes, case and width kept. Undefined where it has what the profile's string class
 * (FreeformClass, RFC 8264, section 4.3) leaves out, or nothing at all. ZWJ and ZWNJ, which the class allows in some
 * places, are left out in all.
 */
export function preparePassword(input: string): string | undefined {
  const prepared = input.replace(/\p{Zs}/gu, ' ').normalize('NFC');
  return prepared === '' || disallowed.test(prepared) ? undefined : prepared;
}

/**
 * Control, format, private-use and unassigned characters, halves of surrogate pairs, whatever is not shown, and letters
 * of old Hangul.
 */
const disallowed = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fb]/u;
