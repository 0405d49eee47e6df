/** The forms that an export can have. */
export const exportFormats = ['jsonl', 'txt', 'html', 'csv'] as const;
export type ExportFormat = (typeof exportFormats)[number];
