/** Give the visitor a file. */
export function download(content: BlobPart, name: string, type: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // A moment for the browser to take it up.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
