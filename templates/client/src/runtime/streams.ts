import { factsOf, linesOf, messagesOf, parsedOrText } from "./decode.js";
import { DecodeError } from "./errors.js";

/** Server-sent events with their fields, the data read as JSON where it is JSON. */
export async function* wholeEvents(response: Response): AsyncGenerator<unknown, void, undefined> {
  for await (const message of messagesOf(response)) yield { ...message, data: parsedOrText(message.data) };
}

/** Server-sent events with their fields, the data left as the text that it is. */
export async function* wholeTextEvents(response: Response): AsyncGenerator<unknown, void, undefined> {
  yield* messagesOf(response);
}

/** The data of server-sent events, left as the text that it is. */
export async function* textEvents(response: Response): AsyncGenerator<string, void, undefined> {
  for await (const { data } of messagesOf(response)) yield data;
}

/**
 * The items of JSON Lines, or of a JSON text sequence, whose records begin with RS and may have several lines (RFC 7464).
 *
 * @throws DecodeError for a record that is no JSON.
 */
export async function* readJsonLines(response: Response): AsyncGenerator<unknown, void, undefined> {
  const isSequence = (response.headers.get("content-type") ?? "").includes("json-seq");
  let record = "";
  for await (const line of linesOf(response)) {
    const isStart = line.startsWith("\u001e");
    if ((isStart || !isSequence) && record.trim()) yield itemOf(record, response);
    record = isStart ? line.slice(1) : isSequence ? `${record}\n${line}` : line;
  }
  if (record.trim()) yield itemOf(record, response);
}

function itemOf(record: string, response: Response): unknown {
  try {
    return JSON.parse(record);
  } catch {
    throw new DecodeError(`a record that is no JSON came: ${record.slice(0, 2000)}`, factsOf(response));
  }
}
