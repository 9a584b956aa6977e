/** Says what a service does, a line at a time. */
export interface Log {
  /** `facts` are for machines; the message holds what people need. */
  info(event: string, message: string, facts?: object): void;
  error(event: string, message: string, facts?: object): void;
}

/** Lines of text, errors on stderr; or JSON lines on stdout. */
export function openLog(json: boolean): Log {
  if (!json) {
    return {
      info: (_, message) => void process.stdout.write(`${message}\n`),
      error: (_, message) => void process.stderr.write(`pushforward: ${message}\n`),
    };
  }
  const line = (level: string) => (event: string, message: string, facts?: object) => {
    const time = new Date().toISOString();
    process.stdout.write(`${JSON.stringify({ time, level, event, message, ...facts })}\n`);
  };
  return { info: line("info"), error: line("error") };
}
