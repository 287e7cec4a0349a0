// The place of the cursor, as the status bar shows it. Knows nothing of VS Code.

/** The request of the language server, and its answer. */
export const POINTER = "sps/pointer";

/** Where in a body a place is. */
export interface Place {
  /** The whole path of the endpoint. */
  readonly endpoint: string;
  /** A JSON pointer in the body; empty for the body as a whole. */
  readonly pointer: string;
}

const CONFIGURATION = "/api/configuration/";
/** The most characters of a pointer in the status bar; the tooltip has all of it. */
const LONGEST = 60;

/** The text of the status bar. */
export function label(place: Place): string {
  const { endpoint, pointer } = place;
  const short = endpoint.startsWith(CONFIGURATION) ? endpoint.slice(CONFIGURATION.length) : endpoint;
  // By code points: half a surrogate pair is no text.
  const points = [...pointer];
  const end = points.length > LONGEST ? `…${points.slice(-LONGEST).join("")}` : pointer;
  // `$(name)` would be an icon. A space that is not seen keeps the text and ends the icon.
  const text = end === "" ? short : `${short} ${end}`;
  return text.replaceAll("$(", "$\u{200B}(");
}
